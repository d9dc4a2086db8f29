/**
 * The queue of one route: a list of lines in the order written, threaded through the {@link LineStore}.
 *
 * Bounded by: the buffer as a whole (overflow stage). At the bound: nothing here. At close: emptied by
 * the dispatcher, the rest by the producer. In ordered mode at most one record of a lane is outstanding.
 */
import type { Route } from '../record/route.ts'
import { type LineStore, NONE } from './line-store.ts'
import type { Partition } from './partition.ts'

export class Lane {
  readonly key: string
  readonly route: Route
  /** What follows the data of a record of this lane in a body, one character a byte. */
  readonly tail: string
  readonly #store: LineStore
  #head: number = NONE
  #tail: number = NONE

  /** Lines waiting here and their bytes; those in flight are not counted. */
  lines = 0
  bytes = 0
  /** Records in flight. */
  outstanding = 0
  /** The partition this lane is known, or not yet known, to belong to. */
  gate: Partition
  /** Whether the gate lists this lane as ready, and its neighbours in that list. */
  listed = false
  previousListed: Lane | undefined
  nextListed: Lane | undefined

  constructor(key: string, route: Route, tail: string, gate: Partition, store: LineStore) {
    this.key = key
    this.route = route
    this.tail = tail
    this.gate = gate
    this.#store = store
  }

  /** First waiting line, or {@link NONE}. */
  get head(): number {
    return this.#head
  }

  push(id: number): void {
    if (this.#tail === NONE) this.#head = id
    else this.#store.link(this.#tail, id)
    this.#tail = id
    this.#store.link(id, NONE)
    this.#count(id, 1)
  }

  /** Puts a failed line back at the front. Several go back last one first. */
  unshift(id: number): void {
    this.#store.link(id, this.#head)
    this.#head = id
    if (this.#tail === NONE) this.#tail = id
    this.#count(id, 1)
  }

  /** Takes the first line; {@link NONE} if there is none. */
  shift(): number {
    const id = this.#head
    if (id === NONE) return NONE
    this.#head = this.#store.next(id)
    if (this.#head === NONE) this.#tail = NONE
    this.#count(id, -1)
    return id
  }

  #count(id: number, sign: 1 | -1): void {
    this.lines += sign
    this.bytes += sign * this.#store.length(id)
  }
}
