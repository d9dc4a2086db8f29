/** Texts that have hurt some program before. */
import type { Random } from './random.ts'

/** Of every family one or two: control, bidirectional, surrogates, names with a meaning, numbers that are none, paths, formats. */
const ODD: readonly string[] = [
  '',
  ' ',
  '\0',
  '\n',
  '\r\n',
  '\u001b]52;c;cm0gLXJm\u0007',
  '\u001b[2J',
  '\u009b31m',
  '\u202e',
  '\u2066',
  '\u2028',
  '\ufeff',
  '\ud800',
  '\udfff\ud800',
  '\u{1f600}',
  'ä',
  'ﬀ',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'then',
  'null',
  'NaN',
  '-0',
  '1e999',
  '9007199254740993',
  '184467440737095516150',
  '0x10',
  '../../v3/x?y#',
  '%2e%2e%2f',
  '%',
  '%zz',
  '&#x0;',
  '"',
  "'",
  '\\',
  '\\u0000',
  '{',
  '}}',
  '[',
  ',',
  ':',
  '=',
  '#',
  ';',
  '//',
  'http://u:p@h',
  '<script>',
  '%s%n',
  '{streamName}',
  'DIS.4303',
  'shardId-0000000000',
  'text/plain',
  '*',
  '+',
  'application/json'
]

const LETTERS = 'abcXYZ019 -_.:/='

/** A text: an odd one, letters, several of these, or one that is repeated up to `most` characters. */
export function anyText(random: Random, most = 20_000): string {
  switch (random.below(8)) {
    case 0:
    case 1:
    case 2:
      return random.pick(ODD)
    case 3:
    case 4:
      return Array.from({ length: random.size(40) }, () => random.pick([...LETTERS])).join('')
    case 5:
      return String.fromCharCode(...Array.from({ length: random.size(20) }, () => random.below(65_536)))
    case 6:
      return random.list(8, () => random.pick(ODD)).join(random.pick(['', ' ', 'a']))
    default: {
      const unit = random.pick([...ODD, 'a', 'ab', '  ']) || 'x'
      return (
        random.pick(['', 'a', '"']) +
        unit.repeat(Math.ceil(random.size(most) / unit.length)) +
        random.pick(['', '!', 'b'])
      )
    }
  }
}

/** A name of a field: mostly one of `known`. */
export function anyName(random: Random, known: readonly string[]): string {
  return random.chance(0.7) && known.length > 0 ? random.pick(known) : anyText(random, 200)
}

/** A number as text: whole, huge, odd, or none. */
export function anyNumber(random: Random): string {
  if (random.chance(0.4)) return String(random.below(2_000) - 2)
  return random.pick([
    '0',
    '-1',
    '-0',
    '0.5',
    '1e309',
    '-1e309',
    '1e-400',
    '4294967296',
    '2147483648',
    '9007199254740993',
    '9223372036854775807',
    '18446744073709551616',
    '1'.repeat(400)
  ])
}
