import type { WireRecord } from '../src/viewer/wire.ts'
import { parse } from './exact-json.ts'

/** One line, or what stands for a part of a record that was not sent. */
export interface Line {
  readonly record: WireRecord
  readonly text: string
  /** Place in the record. */
  readonly index: number
  /** Whether the text is Base64 of data that is no text. */
  readonly isBinary: boolean
}

/** A line of JSON, taken apart for one row. */
export interface Reading {
  readonly level: Level | undefined
  readonly message: string
  /** All other fields. */
  readonly rest: string
}

export type Level = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal'

/** From the least to the most urgent. */
export const LEVELS: readonly Level[] = ['trace', 'debug', 'info', 'warn', 'error', 'fatal']

/** The lines of a record. */
export function linesOf(record: WireRecord): Line[] {
  const [, , , , , , , texts, cutBytes] = record
  return texts.map((text, index) => ({ record, text, index, isBinary: cutBytes < 0 }))
}

const LEVEL = /"(?:level|severity|log\.level)"\s*:\s*(?:(\d+)|"([a-z]+)")/i

/** The level that a line has, found without parsing it: a search looks at 200,000 of them. */
export function levelOf(text: string): Level | undefined {
  const [, number, word] = LEVEL.exec(text) ?? []
  if (number !== undefined) return levelOfNumber(Number(number))
  return word === undefined ? undefined : levelOfWord(word.toLowerCase())
}

// pino's numbers.
function levelOfNumber(number: number): Level | undefined {
  return LEVELS[Math.min(Math.floor(number / 10), LEVELS.length) - 1]
}

const WORDS: ReadonlyMap<string, Level> = new Map<string, Level>([
  ...LEVELS.map((level): [string, Level] => [level, level]),
  ['silly', 'trace'],
  ['verbose', 'debug'],
  ['http', 'info'],
  ['notice', 'info'],
  ['warning', 'warn'],
  ['err', 'error'],
  ['crit', 'fatal'],
  ['critical', 'fatal'],
  ['alert', 'fatal'],
  ['emerg', 'fatal']
])

function levelOfWord(word: string): Level | undefined {
  return WORDS.get(word)
}

const MESSAGES = ['msg', 'message']
const HIDDEN = new Set([
  'level',
  'severity',
  'log.level',
  'time',
  'timestamp',
  '@timestamp',
  'pid',
  'hostname'
])

/** Takes a line apart for its row. What is no JSON object is its own message. */
export function readLine({ text, isBinary }: Line): Reading {
  const plain = { level: levelOf(text), message: text, rest: '' }
  if (isBinary || !text.startsWith('{')) return plain
  const value = parse(text)
  if (typeof value !== 'object' || value === null) return plain
  const fields = Object.entries(value)
  const message = fields.find(([name, given]) => MESSAGES.includes(name) && typeof given === 'string')
  const rest = fields
    .filter((field) => field !== message && !HIDDEN.has(field[0]))
    .map(([name, given]) => `${name}=${typeof given === 'string' ? given : JSON.stringify(given)}`)
    .join('  ')
  return { level: plain.level, message: String(message?.[1] ?? ''), rest }
}
