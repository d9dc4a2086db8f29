/**
 * All lanes, by key.
 *
 * Bounded by: the buffer limit, which counts their bytes. Idle lanes are kept because their key will probably come again, up
 * to {@link MAX_IDLE_LANES} and {@link IDLE_PART} of the buffer. At the bound: the lane that has been idle longest is freed.
 */
import { copyOfKey, type PlainRoute, type Route, type Routing, routeFrom, routeOf } from '../record/route.ts'
import type { BodyFormat } from '../wire/format.ts'
import { Lane, LaneList, type LaneRoutes } from './lane.ts'
import { type LineStore, NONE } from './line-store.ts'

export const MAX_IDLE_LANES: number = 10_000

/** The part of the buffer that idle lanes may take. */
const IDLE_PART = 16

export class Lanes {
  readonly #byKey = new Map<string, Lane>()
  /** Lanes of routes that no key leads to. Apart, because a key may be any text. */
  readonly #byRoute = new Map<string, Lane>()
  readonly #detached = new Set<Lane>()
  readonly #idle = new LaneList()
  #idleBytes = 0
  readonly #maxIdleBytes: number
  readonly routing: Routing
  readonly #store: LineStore
  readonly #routes: LaneRoutes
  /** Bytes of memory that all lanes take. */
  heldBytes = 0

  constructor(
    routing: Routing,
    store: LineStore,
    format: Pick<BodyFormat, 'encodeRoute'>,
    maxBufferBytes: number
  ) {
    this.routing = routing
    this.#store = store
    this.#routes = {
      routeOf: (key) => routeOf(routing, key),
      encode: (route) => format.encodeRoute(route)
    }
    this.#maxIdleBytes = maxBufferBytes / IDLE_PART
  }

  /** How many lanes have something to do. */
  get busy(): number {
    return this.#byKey.size + this.#byRoute.size - this.#idle.size + this.#detached.size
  }

  /** The lane of a key, made on first use. The caller adds a line to it at once. */
  get(key: string): Lane {
    const lane = this.#byKey.get(key)
    if (lane === undefined) return this.#make(copyOfKey(key), undefined, this.#byKey)
    return lane
  }

  /** The lane of a route that stands with a line, which may be another way than that of this producer. */
  forRoute({ kind, value }: PlainRoute): Lane {
    const route = routeFrom({ kind, value })
    const { routing } = this
    const isKeyed = routing.kind === 'field' || routing.kind === 'function'
    if ('partitionKey' in route) {
      if (isKeyed) return this.get(route.partitionKey)
      // The first format had no other kind: an empty key is a line of a route without keys.
      if (value === '') return this.get('')
    } else if (!isKeyed && isSame(route, routeOf(routing, ''))) return this.get('')
    const key = `${kind} ${value}`
    return this.#byRoute.get(key) ?? this.#make(key, route, this.#byRoute)
  }

  /** A lane for a record that waits by itself, apart from `lane`. */
  detach(lane: Lane): Lane {
    const detached = new Lane(lane.key, this.#routes, this.#store, { route: lane.route, isDetached: true })
    detached.partition = lane.partition
    this.#detached.add(detached)
    this.heldBytes += detached.heldBytes
    return detached
  }

  /** A lane is about to get something to do. */
  wake(lane: Lane): void {
    if (lane.list !== this.#idle) return
    this.#idle.remove(lane)
    this.#idleBytes -= lane.heldBytes
  }

  /** A lane has nothing to do any more. */
  rest(lane: Lane): void {
    if (lane.isDetached) {
      if (this.#detached.delete(lane)) this.heldBytes -= lane.heldBytes
      return
    }
    this.#idle.push(lane)
    this.#idleBytes += lane.heldBytes
    while (this.#idle.size > MAX_IDLE_LANES || this.#idleBytes > this.#maxIdleBytes) {
      const oldest = this.#idle.first
      if (oldest === undefined) return
      this.wake(oldest)
      const lanes = this.#byKey.get(oldest.key) === oldest ? this.#byKey : this.#byRoute
      lanes.delete(oldest.key)
      this.heldBytes -= oldest.heldBytes
    }
  }

  /** Every lane. Those of records that wait by themselves come first: they hold the oldest lines of their route. */
  *[Symbol.iterator](): Generator<Lane> {
    yield* this.#detached
    yield* this.#byKey.values()
    yield* this.#byRoute.values()
  }

  /** Every line that waits in a lane, in the order of each lane. */
  *waiting(): Generator<{ readonly lane: Lane; readonly line: number }> {
    for (const lane of this) {
      for (let line = lane.head; line !== NONE; line = this.#store.next(line)) yield { lane, line }
    }
  }

  #make(key: string, route: Route | undefined, lanes: Map<string, Lane>): Lane {
    const lane =
      route === undefined
        ? new Lane(key, this.#routes, this.#store)
        : new Lane(key, this.#routes, this.#store, { route })
    lanes.set(key, lane)
    this.heldBytes += lane.heldBytes
    return lane
  }
}

function isSame(a: Route, b: Route): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
