/**
 * Producers whose counters are collected, wherever they run.
 *
 * Bounded by: `EARLY` attempts of producers that have not said yet who they are. One that does not answer within `ANSWER_MS` counts
 * as down: its last counters stay, because a collection must not fail for it.
 */
import { type AttemptMessage, channels } from '../report/events.ts'
import type { Stats } from '../report/stats.ts'
import { relayChannelsNow } from '../worker/channel-relay.ts'

/** What has counters: a producer, a stream, a transport of winston-dis. Or how to ask: `() => statsOf(transport)` for pino. */
export type StatsSource = { stats(): Stats } | (() => Stats | Promise<Stats>)

const ANSWER_MS = 2_000
const EARLY = 1_000

/** A producer as it was when it was last asked. */
export class Source {
  readonly #ask: () => Stats | Promise<Stats>
  readonly #name: string | undefined
  stats: Stats | undefined
  isUp = false

  constructor(source: StatsSource, name: string | undefined) {
    this.#ask = typeof source === 'function' ? source : () => source.stats()
    this.#name = name
  }

  /** What tells it from others: the name that the user gave, else its id. */
  get name(): string {
    return this.#name ?? this.stats?.producerId ?? ''
  }

  async refresh(): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), ANSWER_MS)
    })
    const answer = await Promise.race([Promise.resolve().then(this.#ask), late]).catch(() => undefined)
    clearTimeout(timer)
    this.isUp = answer !== undefined
    if (answer !== undefined) this.stats = answer
  }
}

export type OnAttempt = (attempt: AttemptMessage, source: Source) => void

export class Sources {
  readonly #all = new Set<Source>()
  readonly #onAttempt: OnAttempt
  readonly #hear = (message: unknown) => {
    // Of this library's own channel: its payload has one form.
    if (isAttempt(message)) this.#attempted(message)
  }
  #early: AttemptMessage[] = []
  #collecting: Promise<readonly Source[]> | undefined

  constructor(onAttempt: OnAttempt) {
    this.#onAttempt = onAttempt
  }

  get size(): number {
    return this.#all.size
  }

  /** @throws Error for a name that another one has */
  add(given: StatsSource, name: string | undefined): Source {
    if (name !== undefined && [...this.#all].some((known) => known.name === name)) {
      throw new Error(`another producer is collected as '${name}' already: give each its own name`)
    }
    const source = new Source(given, name)
    if (this.#all.size === 0) channels.attempt.subscribe(this.#hear)
    this.#all.add(source)
    relayChannelsNow()
    void source.refresh().then(() => this.#tellEarly())
    return source
  }

  remove(source: Source): void {
    if (!this.#all.delete(source) || this.#all.size > 0) return
    channels.attempt.unsubscribe(this.#hear)
    this.#early = []
  }

  /** All producers, asked anew. Calls that overlap share one answer. */
  collect(): Promise<readonly Source[]> {
    this.#collecting ??= this.#refreshAll().finally(() => {
      this.#collecting = undefined
    })
    return this.#collecting
  }

  async #refreshAll(): Promise<readonly Source[]> {
    const all = [...this.#all]
    await Promise.all(all.map((source) => source.refresh()))
    this.#tellEarly()
    return all
  }

  #attempted(attempt: AttemptMessage): void {
    const source = this.#sourceOf(attempt)
    if (source !== undefined) this.#onAttempt(attempt, source)
    else if (this.#isWaiting() && this.#early.length < EARLY) this.#early.push(attempt)
  }

  #tellEarly(): void {
    const early = this.#early
    this.#early = []
    for (const attempt of early) this.#attempted(attempt)
  }

  #sourceOf({ producerId }: AttemptMessage): Source | undefined {
    for (const source of this.#all) if (source.stats?.producerId === producerId) return source
    return undefined
  }

  #isWaiting(): boolean {
    return [...this.#all].some(({ stats }) => stats === undefined)
  }
}

function isAttempt(message: unknown): message is AttemptMessage {
  return typeof message === 'object' && message !== null && 'producerId' in message
}
