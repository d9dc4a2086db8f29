/** Values that JSON cannot hold, written as JSON texts with tags, so that an input stays bytes. */
import type { Random } from './random.ts'

const throwing = (): never => {
  throw new Error('planted by the input')
}

const TAGGED: Readonly<Record<string, () => unknown>> = {
  $undefined: () => undefined,
  $function: () => () => 'k',
  $throws: () => throwing,
  $symbol: () => Symbol('s'),
  $bigint: () => 10n ** 40n,
  $nan: () => Number.NaN,
  $infinity: () => Number.POSITIVE_INFINITY,
  $date: () => new Date(Number.NaN),
  $map: () => new Map([['a', 1]]),
  $bytes: () => Buffer.from('abc'),
  $class: () =>
    new (class Odd {
      readonly token = 't'
    })(),
  $bare: () => Object.assign(Object.create(null), { token: 't' }),
  $cycle: () => {
    const value: Record<string, unknown> = {}
    value['iam'] = value
    return value
  },
  $toString: () => ({ toString: throwing, toJSON: throwing }),
  $getter: () => Object.defineProperty({}, 'maxBytes', { enumerable: true, get: throwing }),
  $proxy: () => new Proxy({}, { get: throwing, ownKeys: throwing, has: throwing, getPrototypeOf: throwing }),
  $revoked: () => {
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    return proxy
  },
  $long: () => 'x'.repeat(1_000_000),
  $array: () => new Array(50_000).fill('a'),
  $sparse: () => new Array(4_000_000_000)
}

const TAGS = Object.keys(TAGGED)

/** The text with tags in place of some of its values. */
export function withTags(random: Random, text: string): string {
  const probability = random.pick([0, 0, 0.05, 0.2])
  return text.replace(/"[^"\\]*"(?!"?:)|(?<=:)(\d+|true|false|null)/g, (value) =>
    random.chance(probability) ? JSON.stringify(random.pick(TAGS)) : value
  )
}

/** The value of such a text; `undefined` if it is none. Paths are never absolute, so that nothing outside is written. */
export function buildValue(input: Buffer): { readonly value: unknown } | undefined {
  try {
    return { value: build(JSON.parse(input.toString('utf8'))) }
  } catch {
    // No JSON, or too deep.
    return undefined
  }
}

function build(value: unknown): unknown {
  if (typeof value === 'string') {
    const make = Object.hasOwn(TAGGED, value) ? TAGGED[value] : undefined
    return make === undefined ? value.replace(/^[/~]/, '.') : make()
  }
  if (Array.isArray(value)) return value.map(build)
  if (typeof value !== 'object' || value === null) return value
  const built = {}
  for (const [name, each] of Object.entries(value))
    Object.defineProperty(built, name, {
      value: build(each),
      enumerable: true,
      configurable: true,
      writable: true
    })
  return built
}
