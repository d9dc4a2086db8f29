/**
 * A judge that cannot fail proves nothing. Each of these spoils what the judge is told of one life without faults; the soak must
 * then end with status 1, and name the promise.
 */
import type { StreamName, Take } from './service.ts'
import type { Told } from './told.ts'

export const MUTATIONS = [
  'lost',
  'doubled',
  'renamed',
  'overtaken',
  'altered',
  'misdirected',
  'miscounted',
  'unbounded',
  'hammering',
  'stalled'
] as const

export type Mutation = (typeof MUTATIONS)[number]

/** So many records of the stream pass before one is spoiled. */
const AFTER_RECORDS = 3

/** Spoils what arrives: one record of the stream, once. */
export class Spoiler {
  readonly #mutation: Mutation | undefined
  #passed = 0
  #held: { readonly data: Buffer; readonly place: string } | undefined

  constructor(mutation: Mutation | undefined) {
    this.#mutation = mutation
  }

  /** Hands a record on, as it is or spoiled. */
  arrived(stream: StreamName, data: Buffer, place: string, take: Take): void {
    this.#passed += stream === 'calm' ? 1 : 0
    if (stream !== 'calm' || this.#passed !== AFTER_RECORDS) {
      take(stream, data, place)
      if (this.#held !== undefined && this.#passed === 2 * AFTER_RECORDS)
        take(stream, this.#held.data, this.#held.place)
      return
    }
    if (this.#mutation === 'lost') return
    if (this.#mutation === 'overtaken') {
      this.#held = { data, place }
      return
    }
    take(
      this.#mutation === 'misdirected' ? 'storm' : stream,
      this.#mutation === 'altered' ? Buffer.from(data.toString().replaceAll('soak', 'soap')) : data,
      place
    )
    if (this.#mutation === 'doubled') take(stream, data, `${place} again`)
    if (this.#mutation === 'renamed') take(stream, renamed(data), `${place} again`)
  }

  /** Spoils what an application tells of itself. */
  told(message: Told): Told {
    if (message.kind !== 'stats') return message
    const { stats } = message
    switch (this.#mutation) {
      case 'miscounted':
        return { ...message, stats: { ...stats, delivered: stats.delivered + 1 } }
      case 'unbounded':
        return { ...message, rss: message.rss + 4 * 1_073_741_824 }
      case 'stalled':
        return { ...message, stallMs: message.stallMs + 5_000 }
      default:
        return message
    }
  }

  /** Refused requests that the judge is told of for each real look at them. */
  get extraRefusals(): number {
    return this.#mutation === 'hammering' ? 1_000 : 0
  }
}

/** The same lines, as if another producer had given them their ids. */
function renamed(data: Buffer): Buffer {
  return Buffer.from(data.toString().replaceAll(/"dis_id":"[^.]+/g, '"dis_id":"another-prod'))
}
