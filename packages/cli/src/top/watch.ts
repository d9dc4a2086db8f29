/** Streams that are looked at again and again, each by a client of its own. */
import { createClient, type DisClient, type DisOptions } from '@dis-logs/core'
import { CommandError } from '../status.ts'
import { StreamMeter } from '../stream/meter.ts'
import { areCredentialsRefused, describeFailure } from '../tail/failure.ts'
import { type Consumer, type StreamView, viewOf } from './view.ts'

/** Looks between two questions for new streams and consumers. */
const LOOKS_PER_LIST = 10
/** Streams that are looked at together: a look is several calls, and the service limits those of a project. */
const AT_ONCE = 8

/** What a call gave, or why it failed, in words. */
type Tried<T> = { readonly value: T } | { readonly failure: string }

interface Watched {
  readonly name: string
  readonly client: DisClient
  readonly meter: StreamMeter
  apps: readonly string[]
  view: StreamView | undefined
  failures: readonly string[]
  /** Of the last question for consumers. It holds until the next one. */
  appsFailure: string | undefined
}

export class Watch {
  readonly #options: DisOptions
  readonly #takesAll: boolean
  readonly #places: number
  readonly #lister: DisClient
  readonly #watched = new Map<string, Watched>()
  #looks = 0
  #at = 0
  #elapsedMs: number | null = null
  #lookedAt: number | undefined
  #listFailure: string | undefined

  /**
   * @param places of each partition that are read at a look
   * @throws DisConfigError if the options cannot work
   */
  constructor(options: DisOptions, takesAll: boolean, places: number) {
    this.#options = options
    this.#takesAll = takesAll
    this.#places = places
    // The list of streams needs no stream, but options do.
    this.#lister = createClient(takesAll ? { ...options, streamName: 'all-streams' } : options)
  }

  /** In order of their names; those that were looked at. */
  get views(): StreamView[] {
    return this.#inOrder().flatMap(({ view }) => view ?? [])
  }

  /** What could not be looked at the last time, and why. */
  get failures(): readonly string[] {
    const ofStreams = this.#inOrder().flatMap(({ appsFailure, failures }) => [
      ...failures,
      ...(appsFailure === undefined ? [] : [appsFailure])
    ])
    return this.#listFailure === undefined ? ofStreams : [this.#listFailure, ...ofStreams]
  }

  /** Time of the last look, in ms since the epoch. */
  get at(): number {
    return this.#at
  }

  /** Between the last two looks; `null` after the first one. */
  get elapsedMs(): number | null {
    return this.#elapsedMs
  }

  /** @throws CommandError if the first look shows nothing, and as soon as credentials are refused */
  async look(): Promise<void> {
    const isFirst = this.#looks === 0
    const asksForLists = this.#looks++ % LOOKS_PER_LIST === 0
    this.#at = Date.now()
    const now = performance.now()
    this.#elapsedMs = this.#lookedAt === undefined ? null : now - this.#lookedAt
    this.#lookedAt = now
    if (asksForLists) await this.#listStreams()
    // The first one alone: refused credentials are told by one failure, and not by as many as lock a key.
    const [first, ...waiting] = this.#inOrder()
    if (first !== undefined) await this.#lookAt(first, asksForLists)
    const lookAtSome = async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
        await this.#lookAt(next, asksForLists)
    }
    await Promise.all(Array.from({ length: AT_ONCE }, lookAtSome))
    if (isFirst && this.views.length === 0)
      throw new CommandError(this.failures[0] ?? 'the project has no streams')
  }

  /** Calls that are under way fail. */
  async close(): Promise<void> {
    const clients = [this.#lister, ...this.#inOrder().map(({ client }) => client)]
    await Promise.all(clients.map((client) => client.close()))
  }

  #inOrder(): Watched[] {
    return [...this.#watched.values()].sort((one, other) => (one.name < other.name ? -1 : 1))
  }

  async #listStreams(): Promise<void> {
    if (!this.#takesAll) return this.#add('', this.#lister)
    const names = await attempt('streams', () => this.#lister.listStreams())
    this.#listFailure = 'failure' in names ? names.failure : undefined
    if ('failure' in names) return
    for (const [name, { client }] of this.#watched) {
      if (names.value.includes(name)) continue
      this.#watched.delete(name)
      await client.close()
    }
    for (const name of names.value)
      if (!this.#watched.has(name)) this.#add(name, createClient({ ...this.#options, streamName: name }))
  }

  #add(name: string, client: DisClient): void {
    if (this.#watched.has(name)) return
    this.#watched.set(name, {
      name,
      client,
      meter: new StreamMeter(client, this.#places),
      apps: [],
      view: undefined,
      failures: [],
      appsFailure: undefined
    })
  }

  async #lookAt(watched: Watched, asksForApps: boolean): Promise<void> {
    const { client, meter, name } = watched
    const look = await attempt(name, () => meter.look())
    watched.failures = 'failure' in look ? [look.failure] : []
    if ('failure' in look) return
    if (asksForApps) {
      const apps = await attempt(placed(name, 'consumers'), () => client.listApps())
      watched.appsFailure = 'failure' in apps ? apps.failure : undefined
      if ('value' in apps) watched.apps = apps.value
    }
    const states = await Promise.all(watched.apps.map((app) => stateOf(watched, app)))
    watched.failures = states.flatMap((tried) => ('failure' in tried ? [tried.failure] : []))
    watched.view = viewOf(
      look.value,
      states.flatMap((tried) => ('value' in tried ? [tried.value] : []))
    )
  }
}

function stateOf({ client, name }: Watched, app: string): Promise<Tried<Consumer>> {
  return attempt(placed(name, `consumer ${app}`), async () => ({
    app,
    states: await client.consumerStates(app)
  }))
}

/** A single stream needs no name. */
function placed(stream: string, what: string): string {
  return stream === '' ? what : `${stream}: ${what}`
}

async function attempt<T>(what: string, call: () => Promise<T>): Promise<Tried<T>> {
  try {
    return { value: await call() }
  } catch (error) {
    if (areCredentialsRefused(error)) throw new CommandError(describeFailure(error))
    return { failure: what === '' ? describeFailure(error) : `${what}: ${describeFailure(error)}` }
  }
}
