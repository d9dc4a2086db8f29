/** JSON texts: any, and valid ones in which something was changed. As texts, because objects have no duplicate keys. */
import type { Random } from './random.ts'
import { anyName, anyNumber, anyText } from './text.ts'

/** Any JSON value, as text. Names of its fields are often those of `names`. */
export function anyJson(random: Random, names: readonly string[], depth = 3): string {
  const inner = depth > 0
  switch (random.below(inner ? 10 : 6)) {
    case 0:
      return 'null'
    case 1:
      return random.pick(['true', 'false'])
    case 2:
      return anyNumber(random)
    case 3:
    case 4:
      return JSON.stringify(anyText(random))
    case 5:
      // What String() and Number() throw at.
      return random.pick([
        '{"toString":1,"valueOf":1}',
        '{"toString":null}',
        '[[{"toString":1}]]',
        '{"length":-1}'
      ])
    case 6:
      return nested(random)
    case 7:
      return `[${random.list(12, () => anyJson(random, names, depth - 1)).join()}]`
    default:
      return `{${random.list(12, () => `${JSON.stringify(anyName(random, names))}:${anyJson(random, names, depth - 1)}`).join()}}`
  }
}

/** Brackets in brackets, whole or cut off. */
function nested(random: Random): string {
  const levels = random.size(20_000)
  const [open, close] = random.pick([
    ['[', ']'],
    ['{"a":', '}'],
    ['[{"__proto__":', '}]']
  ])
  return open.repeat(levels) + (random.chance(0.7) ? `0${close.repeat(levels)}` : '')
}

/**
 * A valid value as text, in which each place was changed with some probability: another value, a name twice, a name changed, a
 * field left out, a field `__proto__`, an item repeated.
 */
export function mangledJson(
  random: Random,
  value: unknown,
  names: readonly string[],
  probability = 0.06
): string {
  if (random.chance(probability)) return anyJson(random, names)
  const inner = (each: unknown) => mangledJson(random, each, names, probability)
  if (Array.isArray(value)) {
    const items = value.flatMap((item) =>
      Array.from({ length: timesOf(random, probability, 300) }, () => inner(item))
    )
    return `[${items.join()}]`
  }
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).flatMap(([name, each]) =>
      Array.from(
        { length: timesOf(random, probability, 2) },
        () => `${JSON.stringify(random.chance(probability) ? anyName(random, names) : name)}:${inner(each)}`
      )
    )
    if (random.chance(probability)) fields.push(`"__proto__":${anyJson(random, names, 1)}`)
    return `{${fields.join(random.chance(0.1) ? ' , ' : ',')}}`
  }
  return JSON.stringify(value) ?? 'null'
}

/** How often a part stands there: once, but for some. */
function timesOf(random: Random, probability: number, most: number): number {
  if (!random.chance(probability)) return 1
  return random.chance(0.5) ? 0 : random.size(most)
}

/** The bytes of a text, rarely in another encoding. */
export function encoded(random: Random, text: string): Buffer {
  if (random.chance(0.94)) return Buffer.from(text)
  return random.pick([
    () => Buffer.from(`\ufeff${text}`),
    () => Buffer.from(text, 'utf16le'),
    () => Buffer.from(text, 'latin1'),
    () => Buffer.from(`${' '.repeat(random.size(5_000))}${text}`)
  ])()
}
