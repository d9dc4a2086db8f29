/**
 * The queue of one route: a list of lines in the order written, threaded through the {@link LineStore}.
 *
 * Bounded by: the buffer limit, which counts a lane and its key. At the bound: nothing happens here. At close: emptied by the
 * queue. In ordered mode at most one record of a lane is outstanding. Written by the queue only.
 */
import type { Route } from '../record/route.ts'
import { type LineStore, NONE } from './line-store.ts'

/** What a lane costs besides its key: the object, its route, and its places in maps and lists. */
export const LANE_OVERHEAD_BYTES: number = 340

/** How keys become routes, and routes bytes. */
export interface LaneRoutes {
  routeOf(key: string): Route
  encode(route: Route): string
}

const ROUTED = {}

export class Lane {
  readonly key: string
  // Made when they are needed: many lanes end without a record.
  #route: Route | undefined
  #encodedRoute: string | undefined
  readonly #routes: LaneRoutes
  /** Made for a record that waits by itself: no line is added to it, and it ends with that record. */
  readonly isDetached: boolean
  readonly #store: LineStore
  #head: number = NONE
  #tail: number = NONE

  /** Lines waiting here and their bytes; those in flight are not counted. */
  lines = 0
  bytes = 0
  /** Lines that were ever written to it. */
  pushed = 0
  /** Records in flight. */
  outstanding = 0
  /** Number of the partition that it leads to; 0 while that is not known. */
  partition = 0
  /** Failures in a row while the partition was not known: the wait grows with them. */
  failures = 0
  /** Nothing is taken before this time (monotonic ms); 0: at any time. */
  blockedUntil = 0
  /** Whether it stands in the heap of blocked lanes. */
  isBlocked = false
  /** The number with which it stands in the heap of the oldest lanes; infinity: it does not. */
  ageKey: number = Number.POSITIVE_INFINITY
  /** The list that it stands in, and its neighbours there. */
  list: LaneList | undefined
  previous: Lane | undefined
  following: Lane | undefined

  /** `route`: if it is not the one that belongs to the key. */
  constructor(
    key: string,
    routes: LaneRoutes,
    store: LineStore,
    {
      route,
      isDetached = false
    }: { readonly route?: Route | undefined; readonly isDetached?: boolean } = ROUTED
  ) {
    this.key = key
    this.isDetached = isDetached
    this.#route = route
    this.#routes = routes
    this.#store = store
  }

  get route(): Route {
    this.#route ??= this.#routes.routeOf(this.key)
    return this.#route
  }

  /** Whether all its lines lead to one partition. */
  get hasOnePartition(): boolean {
    return !('spread' in this.route)
  }

  /** What follows the data of a record of this lane in a body, one character a byte. */
  get encodedRoute(): string {
    this.#encodedRoute ??= this.#routes.encode(this.route)
    return this.#encodedRoute
  }

  /** Bytes of memory that it takes. A detached lane shares its key and route with another one. */
  get heldBytes(): number {
    // The key stands in its encoded form, too.
    return this.isDetached ? LANE_OVERHEAD_BYTES : LANE_OVERHEAD_BYTES + 3 * this.key.length
  }

  /** First waiting line, or {@link NONE}. */
  get head(): number {
    return this.#head
  }

  get isIdle(): boolean {
    return this.#head === NONE && this.outstanding === 0
  }

  /** Appends a line that was in no lane before, so that none follows it. */
  push(id: number): void {
    if (this.#tail === NONE) this.#head = id
    else this.#store.link(this.#tail, id)
    this.#tail = id
    this.pushed++
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
    const bytes = sign * this.#store.length(id)
    this.lines += sign
    this.bytes += bytes
    if (this.list === undefined) return
    this.list.lines += sign
    this.list.bytes += bytes
  }
}

/** A list of lanes, threaded through them: adding and removing are O(1). A lane stands in one list at most. */
export class LaneList {
  #first: Lane | undefined
  #last: Lane | undefined
  /** Lanes, and the lines that wait in them with their bytes. */
  size = 0
  lines = 0
  bytes = 0

  get first(): Lane | undefined {
    return this.#first
  }

  get last(): Lane | undefined {
    return this.#last
  }

  /** Appends a lane that is in no list. */
  push(lane: Lane): void {
    lane.list = this
    lane.previous = this.#last
    lane.following = undefined
    if (this.#last === undefined) this.#first = lane
    else this.#last.following = lane
    this.#last = lane
    this.size++
    this.lines += lane.lines
    this.bytes += lane.bytes
  }

  /** Takes out a lane of this list. */
  remove(lane: Lane): void {
    const { previous, following } = lane
    if (previous === undefined) this.#first = following
    else previous.following = following
    if (following === undefined) this.#last = previous
    else following.previous = previous
    lane.list = undefined
    lane.previous = undefined
    lane.following = undefined
    this.size--
    this.lines -= lane.lines
    this.bytes -= lane.bytes
  }
}
