/** How far the output is behind the stream: asked for while it is, told on a terminal by a line that moves, elsewhere once a minute. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { DisClient } from '@dis-logs/core'
import { count, durationInWords } from '../output.ts'
import { nextNumbersOf } from '../stream/next-numbers.ts'

/** What has arrived and is not printed yet. */
export interface Backlog {
  readonly records: number
  /** Age of the record that was printed last, where there is more; 0 if there is none. */
  readonly ageMs: number
}

/** A partition as this sees it. */
interface Reading {
  readonly partitionId: string
  readonly isCaughtUp: boolean
  /** Sequence number of the record that is printed next; undefined if nobody knows it yet. */
  readonly nextToPrint: bigint | undefined
  /** When DIS stored what was printed last; undefined before that. */
  readonly printedTimestamp: number | undefined
}

/**
 * @param nextOf sequence number that the next record of each partition gets
 * @returns undefined while it cannot be known: a partition has not given an answer yet
 */
export function backlogOf(
  readings: Iterable<Reading>,
  nextOf: ReadonlyMap<string, bigint>,
  nowMs: number
): Backlog | undefined {
  let records = 0n
  let oldest = nowMs
  for (const { isCaughtUp, nextToPrint, partitionId, printedTimestamp } of readings) {
    if (isCaughtUp) continue
    const next = nextOf.get(partitionId)
    if (nextToPrint === undefined || next === undefined) return undefined
    if (next <= nextToPrint) continue
    records += next - nextToPrint
    oldest = Math.min(oldest, printedTimestamp ?? nowMs)
  }
  return { records: Number(records), ageMs: nowMs - oldest }
}

/** `12,345 records behind, 2 min` */
export function describeBacklog({ ageMs, records }: Backlog): string {
  const age = ageMs < 1_000 ? '' : `, ${durationInWords(ageMs)}`
  return `${count(records)} record${records === 1 ? '' : 's'} behind${age}`
}

const MEASURE_MS = 2_000
const TELL_MS = 60_000

/** Keeps the backlog up to date until `signal` is aborted. Asks nothing of the service while there is none. */
export class BacklogWatch {
  #latest: Backlog | undefined
  #toldAt: number | undefined

  /** As measured last. */
  get latest(): Backlog | undefined {
    return this.#latest
  }

  async run(
    client: DisClient,
    readings: () => Iterable<Reading>,
    say: (text: string) => void,
    signal: AbortSignal
  ): Promise<void> {
    while (await sleep(MEASURE_MS, true, { signal, ref: false }).catch(() => false)) {
      const isCaughtUp = [...readings()].every((reading) => reading.isCaughtUp)
      // What fails here fails for the readers, too, and they say so.
      const stream = isCaughtUp ? { partitions: [] } : await client.describeStream().catch(() => undefined)
      if (stream !== undefined) {
        this.#latest = backlogOf(readings(), nextNumbersOf(stream.partitions), Date.now())
      }
      this.#tell(say)
    }
  }

  #tell(say: (text: string) => void): void {
    const records = this.#latest?.records ?? 0
    if (records === 0) {
      if (this.#toldAt !== undefined && this.#latest !== undefined) say('caught up')
      if (this.#latest !== undefined) this.#toldAt = undefined
      return
    }
    const now = performance.now()
    if (this.#latest === undefined || (this.#toldAt !== undefined && now - this.#toldAt < TELL_MS)) return
    this.#toldAt = now
    say(describeBacklog(this.#latest))
  }
}
