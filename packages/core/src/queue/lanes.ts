/**
 * All lanes, by key.
 *
 * Bounded by: the lines in the buffer, plus {@link MAX_IDLE_LANES} that have nothing to do and are kept
 * because their key will probably come again. At the bound: an idle lane is forgotten when it ends.
 */
import { type Routing, routeOf } from '../record/route.ts'
import type { BodyFormat } from '../wire/format.ts'
import type { Batcher } from './batcher.ts'
import { Lane } from './lane.ts'
import { type LineStore, NONE } from './line-store.ts'

export const MAX_IDLE_LANES: number = 10_000

export class Lanes {
  readonly #byKey = new Map<string, Lane>()
  readonly #routing: Routing
  readonly #store: LineStore
  readonly #batcher: Batcher
  readonly #format: Pick<BodyFormat, 'tailOf'>
  // Swept again only after some growth: with more busy lanes than the bound a sweep finds nothing.
  #sweepAt = MAX_IDLE_LANES

  constructor(routing: Routing, store: LineStore, batcher: Batcher, format: Pick<BodyFormat, 'tailOf'>) {
    this.#routing = routing
    this.#store = store
    this.#batcher = batcher
    this.#format = format
  }

  /** The lane of a key, made on first use. */
  get(key: string): Lane {
    const known = this.#byKey.get(key)
    if (known !== undefined) return known
    if (this.#byKey.size >= this.#sweepAt) this.#forgetIdle()
    const route = routeOf(this.#routing, key)
    const lane = new Lane(key, route, this.#format.tailOf(route), this.#batcher.unknownGate, this.#store)
    this.#byKey.set(key, lane)
    return lane
  }

  [Symbol.iterator](): Iterator<Lane> {
    return this.#byKey.values()
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
