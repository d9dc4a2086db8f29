/**
 * All lanes, by key.
 *
 * Bounded by: the lines in the buffer, plus {@link MAX_IDLE_LANES} that have nothing to do and are kept
 * because their key will probably come again. At the bound: an idle lane is forgotten when it ends.
 */
import { type PlainRoute, type Route, type Routing, routeFrom, routeOf } from '../record/route.ts'
import type { BodyFormat } from '../wire/format.ts'
import type { Batcher } from './batcher.ts'
import { Lane } from './lane.ts'
import { type LineStore, NONE } from './line-store.ts'

/** A line and the lane that it waits in. */
export interface Waiting {
  readonly lane: Lane
  readonly line: number
}

export const MAX_IDLE_LANES: number = 10_000

export class Lanes {
  readonly #byKey = new Map<string, Lane>()
  readonly routing: Routing
  readonly #store: LineStore
  readonly #batcher: Batcher
  readonly #format: Pick<BodyFormat, 'tailOf'>
  // Swept again only after some growth: with more busy lanes than the bound a sweep finds nothing.
  #sweepAt = MAX_IDLE_LANES

  constructor(routing: Routing, store: LineStore, batcher: Batcher, format: Pick<BodyFormat, 'tailOf'>) {
    this.routing = routing
    this.#store = store
    this.#batcher = batcher
    this.#format = format
  }

  /** The lane of a key, made on first use. */
  get(key: string): Lane {
    return this.#byKey.get(key) ?? this.#make(key, routeOf(this.routing, key))
  }

  /** The lane of a route that came back from disk: an earlier life may have routed in another way. */
  forRoute({ kind, value }: PlainRoute): Lane {
    const route = routeFrom({ kind, value })
    const { routing } = this
    const isKeyed = routing.kind === 'field' || routing.kind === 'function'
    if ('partitionKey' in route) {
      if (isKeyed) return this.get(route.partitionKey)
      // The first format had no other kind: an empty key is a line of a route without keys.
      if (value === '') return this.get('')
    } else if (!isKeyed && isSame(route, routeOf(routing, ''))) return this.get('')
    // No key of a user's looks like this.
    const key = `\u0000${kind} ${value}`
    return this.#byKey.get(key) ?? this.#make(key, route)
  }

  /** Every line that waits in a lane, in the order of each lane. */
  *waiting(): Generator<Waiting> {
    for (const lane of this.#byKey.values()) {
      for (let line = lane.head; line !== NONE; line = this.#store.next(line)) yield { lane, line }
    }
  }

  [Symbol.iterator](): Iterator<Lane> {
    return this.#byKey.values()
  }

  #make(key: string, route: Route): Lane {
    if (this.#byKey.size >= this.#sweepAt) this.#forgetIdle()
    const lane = new Lane(key, route, this.#format.tailOf(route), this.#batcher.unknownGate, this.#store)
    this.#byKey.set(key, lane)
    return lane
  }

  /** Forgets a tenth of the lanes that have nothing waiting and nothing in flight, oldest first. */
  #forgetIdle(): void {
    let toForget = MAX_IDLE_LANES / 10
    for (const [key, lane] of this.#byKey) {
      if (toForget === 0) break
      if (lane.head !== NONE || lane.outstanding > 0) continue
      this.#byKey.delete(key)
      toForget--
    }
    this.#sweepAt = Math.max(MAX_IDLE_LANES, this.#byKey.size + MAX_IDLE_LANES / 10)
  }
}

function isSame(a: Route, b: Route): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
