import type { Partition } from './partition.ts'

/** What an answer said about one partition, in records. */
export interface Tally {
  /** Sent through it and stored, wherever. */
  taken: number
  /** Stored there. */
  landed: number
  throttled: number
  failed: number
}

/** The tallies of one answer. */
export class Tallies {
  readonly #byPartition = new Map<Partition, Tally>()

  of(partition: Partition): Tally {
    let tally = this.#byPartition.get(partition)
    if (tally === undefined) {
      tally = { taken: 0, landed: 0, throttled: 0, failed: 0 }
      this.#byPartition.set(partition, tally)
    }
    return tally
  }

  [Symbol.iterator](): Iterator<[Partition, Tally]> {
    return this.#byPartition.entries()
  }
}
