/**
 * How far the consumer has come in each partition → checkpoints.
 *
 * Stored are places behind which all is done: a consumer that dies reads what came after the last one again. At the end: what is done
 * is stored, with a few attempts.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { sequenceOf } from './position.ts'

/** Where checkpoints are kept: in DIS with `app`, or in a store of the user's, such as the database that the lines go to. */
export interface CheckpointStore {
  /** Sequence number of the last record of the partition that is done; undefined if none is. */
  load(partitionId: string): Promise<string | undefined> | string | undefined
  /** Called one after another for a partition. The number grows, unless the stream was made again under its name. */
  save(partitionId: string, sequenceNumber: string): Promise<void> | void
}

interface Place {
  /** Given to the consumer. */
  given: bigint
  /** The consumer has asked for more since. */
  done: bigint
  saved: bigint
}

const NOTHING = -1n
const LAST_ATTEMPTS = 3
const LAST_WAIT_MS = 200

export class Progress {
  readonly #store: CheckpointStore | undefined
  readonly #places = new Map<string, Place>()
  #saving: Promise<void> = Promise.resolve()

  constructor(store: CheckpointStore | undefined) {
    this.#store = store
  }

  /** The stored place of a partition, as a sequence number. Rejects as the store does. */
  async load(partitionId: string): Promise<bigint | undefined> {
    const text = await this.#store?.load(partitionId)
    const stored = sequenceOf(text)
    if (text !== undefined && stored === undefined)
      throw new TypeError(
        `the checkpoint of partition ${partitionId} is no sequence number: ${JSON.stringify(text)}`
      )
    const place = stored ?? NOTHING
    this.#places.set(partitionId, { given: place, done: place, saved: place })
    return stored
  }

  /** All that came before needs no checkpoint of the consumer's: reading starts behind it. */
  startBehind(partitionId: string, sequence: bigint): void {
    const place = this.#placeOf(partitionId)
    place.given = sequence
    place.done = sequence
  }

  /** What was read is gone, or the stream is another one: numbers start anew. */
  forget(partitionId: string): void {
    this.#places.delete(partitionId)
  }

  given(partitionId: string, sequence: bigint): void {
    this.#placeOf(partitionId).given = sequence
  }

  done(partitionId: string, sequence: bigint): void {
    const place = this.#placeOf(partitionId)
    place.given = sequence
    place.done = sequence
  }

  /** Stores all that is done; all that was given, too, if the consumer says so. One call after another. Rejects as the store does. */
  save(which: 'done' | 'given'): Promise<void> {
    const saved = this.#saving.then(() => this.#save(which))
    this.#saving = saved.catch(() => {})
    return saved
  }

  /** The last time, after which nobody can do it. */
  async saveAtEnd(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.save('done')
      } catch (error) {
        if (attempt === LAST_ATTEMPTS) throw error
        await sleep(LAST_WAIT_MS * attempt)
      }
    }
  }

  async #save(which: 'done' | 'given'): Promise<void> {
    const store = this.#store
    if (store === undefined) return
    const results = await Promise.allSettled(
      [...this.#places].map(async ([partitionId, place]) => {
        const sequence = place[which]
        if (sequence <= place.saved) return
        await store.save(partitionId, String(sequence))
        place.saved = sequence
      })
    )
    for (const result of results) if (result.status === 'rejected') throw result.reason
  }

  #placeOf(partitionId: string): Place {
    const place = this.#places.get(partitionId) ?? { given: NOTHING, done: NOTHING, saved: NOTHING }
    this.#places.set(partitionId, place)
    return place
  }
}
