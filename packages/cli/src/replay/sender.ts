/** Letters → producers: one for each lane, because a producer has one way to route. */
import { once } from 'node:events'
import { createProducer, type DisOptions, type Producer, type Stats } from '@dis-logs/core'
import { inFlags } from '../options.ts'
import { type Patience, type Settled, settle } from '../ship/settle.ts'
import { Diagnostics } from '../ship/summary.ts'
import { KEYED, type Letter } from './letters.ts'

interface Route {
  readonly producer: Producer
  readonly diagnostics: Diagnostics
}

export class Sender {
  readonly #options: DisOptions
  readonly #routes = new Map<string, Route>()
  // The producer asks for the key while it takes the line.
  #partitionKey: string | undefined

  constructor(options: DisOptions) {
    this.#options = options
  }

  /** Takes a letter; waits while the producer is full. */
  async send(letter: Letter, signal: AbortSignal): Promise<void> {
    const { producer } = this.#routeFor(letter)
    this.#partitionKey = letter.partitionKey
    if (!producer.write(letter.line)) await once(producer, 'drain', { signal })
  }

  /** Waits until all is settled, or patience is over, and lets go. */
  async end(patience: Patience, signal: AbortSignal): Promise<Settled> {
    const producers = [...this.#routes.values()].map(({ producer }) => producer)
    const ends = await Promise.all(producers.map((producer) => settle(producer, patience, signal)))
    await Promise.all(producers.map((producer) => producer.close({ timeoutMs: 0 })))
    return ends.find((end) => end !== 'settled') ?? 'settled'
  }

  /** Sums over all lanes. */
  totals(): Pick<Stats, 'delivered' | 'rejected' | 'dropped' | 'retriedRecords'> {
    const totals = { delivered: 0, rejected: 0, dropped: 0, retriedRecords: 0 }
    for (const { producer } of this.#routes.values()) {
      const stats = producer.stats()
      totals.delivered += stats.delivered
      totals.rejected += stats.rejected
      totals.dropped += stats.dropped
      totals.retriedRecords += stats.retriedRecords
    }
    return totals
  }

  /** What went wrong, a line each. */
  complaints(): string[] {
    return [...this.#routes.values()].flatMap(({ diagnostics }) => {
      const { warning } = diagnostics
      return [...diagnostics.rejections(), ...(warning === undefined ? [] : [`last trouble: ${warning}`])]
    })
  }

  #routeFor({ lane, routing }: Letter): Route {
    const known = this.#routes.get(lane)
    if (known !== undefined) return known
    const keyed = lane === KEYED ? { partitionKey: () => this.#partitionKey } : {}
    const producer = createProducer({ ...this.#options, oversize: 'reject', ...routing, ...keyed })
    const route = { producer, diagnostics: new Diagnostics(producer, inFlags) }
    this.#routes.set(lane, route)
    return route
  }
}
