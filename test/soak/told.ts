/** What an application of the soak tells: plain data from another process, so it is looked at before it is believed. */

/** The counters of a producer that the judge needs. */
export interface ToldStats {
  readonly written: number
  readonly delivered: number
  readonly rejected: number
  readonly dropped: number
  readonly spooled: number
  readonly buffered: number
  readonly recovered: number
  readonly spoolDamaged: number
  readonly attempts: number
  readonly retriedRecords: number
  readonly throttledRecords: number
  readonly ambiguous: number
  /** Records that were stored, over all partitions. */
  readonly records: number
}

interface Loop {
  /** The longest time that the event loop was held up by work, since the start. */
  readonly stallMs: number
  readonly rss: number
}

export type Told =
  | { readonly kind: 'started' }
  | { readonly kind: 'settled'; readonly next: number; readonly givenUp: number }
  | ({
      readonly kind: 'stats'
      readonly stats: ToldStats
      readonly wasCalm: boolean
      readonly logged: number
      readonly blockedMs: number
    } & Loop)
  | { readonly kind: 'warning'; readonly code: string; readonly message: string }
  | ({
      readonly kind: 'closed'
      readonly next: number
      readonly givenUp: number
      readonly logged: number
      /** Undefined where the counters cannot be asked after the end. */
      readonly stats: ToldStats | undefined
    } & Loop)

const STATS = [
  'written',
  'delivered',
  'rejected',
  'dropped',
  'spooled',
  'buffered',
  'recovered',
  'spoolDamaged',
  'attempts',
  'retriedRecords',
  'throttledRecords',
  'ambiguous'
] as const

/** @throws TypeError if it is nothing that an application tells */
export function parseTold(message: unknown): Told {
  const kind = textIn(message, 'kind')
  switch (kind) {
    case 'started':
      return { kind }
    case 'settled':
      return { kind, next: numberIn(message, 'next'), givenUp: numberIn(message, 'givenUp') }
    case 'warning':
      return { kind, code: textIn(message, 'code'), message: textIn(message, 'message') }
    case 'stats':
      return {
        kind,
        stats: statsIn(fieldOf(message, 'stats')),
        wasCalm: fieldOf(message, 'wasCalm') === true,
        logged: numberIn(message, 'logged'),
        blockedMs: numberIn(message, 'blockedMs'),
        ...loopIn(message)
      }
    case 'closed': {
      const stats = fieldOf(message, 'stats')
      return {
        kind,
        next: numberIn(message, 'next'),
        givenUp: numberIn(message, 'givenUp'),
        logged: numberIn(message, 'logged'),
        stats: stats === undefined ? undefined : statsIn(stats),
        ...loopIn(message)
      }
    }
    default:
      throw new TypeError(`an application tells of ${kind}`)
  }
}

function statsIn(value: unknown): ToldStats {
  const counters = Object.fromEntries(STATS.map((name) => [name, numberIn(value, name)])) as Record<
    (typeof STATS)[number],
    number
  >
  const partitions = fieldOf(value, 'partitions')
  const records = Array.isArray(partitions)
    ? partitions.reduce((sum: number, each: unknown) => sum + numberIn(each, 'delivered'), 0)
    : 0
  return { ...counters, records }
}

function loopIn(message: unknown): Loop {
  return {
    stallMs: numberIn(message, 'stallMs'),
    rss: numberIn(message, 'rss')
  }
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}

function numberIn(value: unknown, name: string): number {
  const found = fieldOf(value, name)
  if (typeof found === 'number' && Number.isFinite(found)) return found
  throw new TypeError(`${name} is ${String(found)}, no number`)
}

function textIn(value: unknown, name: string): string {
  const found = fieldOf(value, name)
  if (typeof found === 'string') return found
  throw new TypeError(`${name} is ${String(found)}, no text`)
}
