/**
 * Channels are per thread, and producers mostly run in a thread of their own. So what a thread with a producer publishes on the
 * channels `dis-logs:*` is published in the threads that listen, too.
 *
 * A listening thread says on a `BroadcastChannel` which channels have subscribers there. Only while there are any, the producer's
 * thread subscribes to its own channels and passes on what it hears. So nothing is built, and nothing sent, where nobody looks.
 *
 * Bounded by: `MOST` messages in `BATCH_MS`; what comes above is not passed on. It never keeps a thread or the process alive, and
 * nobody waits for it: what is on its way when the process ends is not heard.
 */
import { BroadcastChannel, threadId } from 'node:worker_threads'
import { channels } from '../report/events.ts'

const NAME = 'dis-logs:relay'
const BATCH_MS = 50
const MOST = 1_000
/** A producer's thread that has just started keeps what it hears for so long: the answer of who listens is on its way. */
const START_MS = 1_000
/** How often a thread that has asked for it looks whether it has other subscribers. */
const LOOK_MS = 200

type Kind = keyof typeof channels
const KINDS: readonly Kind[] = ['attempt', 'rejected', 'dropped', 'warning']

/** From a thread that listens: the channels that have subscribers there. */
interface Wanted {
  readonly from: number
  readonly wanted: readonly Kind[]
}

/** From a producer's thread. Empty when it starts: then listeners say what they want. */
interface Told {
  readonly from: number
  readonly told: readonly (readonly [Kind, unknown])[]
}

/** One for each thread, shared by the copies of this module: an application may have it as ESM and as CommonJS. */
class Relay {
  #channel: BroadcastChannel | undefined
  /** As bits: what this thread has asked for. */
  #asked = 0
  #look: NodeJS.Timeout | undefined
  #isTeller = false
  /** True until a listening thread has said what it wants: what is heard meanwhile is kept for it. */
  #isNew = true
  /** What the threads that listen want. */
  readonly #wantedBy = new Map<number, readonly Kind[]>()
  readonly #subscribed = new Map<Kind, (message: unknown) => void>()
  #told: (readonly [Kind, unknown])[] = []
  #timer: NodeJS.Timeout | undefined
  /** True while a message of another thread is published here: it must not go back. */
  #isPassing = false

  /** Says which channels have subscribers in this thread, if that has changed, or if somebody new has to know. */
  refresh(isNews = false): void {
    const bits = subscribedBits()
    if (bits === this.#asked && !isNews) return
    this.#asked = bits
    this.#post({ from: threadId, wanted: KINDS.filter((_, bit) => bits & (1 << bit)) })
  }

  /** {@link refresh}, now and when a thread with a producer starts; with `isOften` also from time to time. */
  listen(isOften: boolean): void {
    this.#open()
    this.refresh()
    if (isOften) this.#look ??= setInterval(() => this.refresh(), LOOK_MS).unref()
  }

  /** Passes on at once what was heard; at the end of the thread also if nobody has answered yet. */
  flush(isEnd = false): void {
    if (this.#isNew && !isEnd) return
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#told.length === 0) return
    const told = this.#told
    this.#told = []
    this.#post({ from: threadId, told })
  }

  /** This thread has a producer. */
  offer(): void {
    if (this.#isTeller) return
    this.#isTeller = true
    this.#subscribe(KINDS)
    setTimeout(() => this.#isNew && this.#subscribe([]), START_MS).unref()
    this.#post({ from: threadId, told: [] })
  }

  #open(): BroadcastChannel {
    if (this.#channel !== undefined) return this.#channel
    const channel = new BroadcastChannel(NAME)
    this.#channel = channel
    channel.onmessage = (event: unknown) => this.#hear(event)
    channel.unref()
    return channel
  }

  #post(message: Wanted | Told): void {
    this.#open().postMessage(message)
  }

  #hear(event: unknown): void {
    const message: unknown = Reflect.get(Object(event), 'data')
    if (isOf<Wanted>(message, 'wanted') && this.#isTeller) this.#want(message)
    if (!isOf<Told>(message, 'told') || message.from === threadId || this.#isTeller) return
    this.#isPassing = true
    for (const [kind, told] of message.told) if (channels[kind].hasSubscribers) channels[kind].publish(told)
    this.#isPassing = false
    this.refresh(message.told.length === 0)
  }

  #want({ from, wanted }: Wanted): void {
    this.#isNew = false
    this.#wantedBy.set(from, wanted)
    this.#subscribe([...this.#wantedBy.values()].flat())
    this.#told = this.#told.filter(([kind]) => this.#subscribed.has(kind))
    this.flush()
  }

  #subscribe(wanted: readonly Kind[]): void {
    for (const kind of KINDS) {
      const listener = this.#subscribed.get(kind)
      if (wanted.includes(kind) === (listener !== undefined)) continue
      if (listener !== undefined) {
        channels[kind].unsubscribe(listener)
        this.#subscribed.delete(kind)
        continue
      }
      const pass = (message: unknown) => this.#tell(kind, message)
      this.#subscribed.set(kind, pass)
      channels[kind].subscribe(pass)
    }
  }

  #tell(kind: Kind, message: unknown): void {
    if (this.#isPassing || this.#told.length >= MOST) return
    this.#told.push([kind, message])
    this.#timer ??= setTimeout(() => this.flush(), BATCH_MS).unref()
  }
}

function subscribedBits(): number {
  let bits = 0
  if (channels.attempt.hasSubscribers) bits |= 1
  if (channels.rejected.hasSubscribers) bits |= 2
  if (channels.dropped.hasSubscribers) bits |= 4
  if (channels.warning.hasSubscribers) bits |= 8
  return bits
}

function isOf<T extends Wanted | Told>(message: unknown, field: 'wanted' | 'told'): message is T {
  return Array.isArray(Reflect.get(Object(message), field))
}

/** What the copies of this module use of each other. */
type Door = Pick<Relay, 'refresh' | 'listen' | 'offer' | 'flush'>

const SHARED: symbol = Symbol.for('dis-logs.relay')

function relay(): Door {
  const known: unknown = Reflect.get(globalThis, SHARED)
  if (isRelay(known)) return known
  const made = new Relay()
  Reflect.set(globalThis, SHARED, made)
  return made
}

function isRelay(value: unknown): value is Door {
  return typeof value === 'object' && value !== null
}

/**
 * Publishes what producers in other threads publish on `dis-logs:*` on the channels of this thread, too: `dis-logs:attempt` and
 * the others. For applications whose transport runs in pino's worker. A thread with `createWorkerProducer`, and so with winston-dis,
 * does this by itself. Subscribers may come before and after; one that comes later is noticed within 200 ms. It never keeps the
 * process alive, and may be called again.
 */
export function relayChannels(): void {
  relay().listen(true)
}

/** {@link relayChannels} for subscribers that are there by now, or when a producer's thread starts: without a timer. */
export function relayChannelsNow(): void {
  relay().listen(false)
}

/** Looks for subscribers: for a place that is passed often. Does nothing where there are none. */
export function refreshRelay(): void {
  relay().refresh()
}

/**
 * For adapters: this thread has a producer. What is published here is published in threads that {@link relayChannels}, too.
 * @returns passes on at once what was published so far: to be called with true before the thread may be ended
 */
export function offerChannels(): (isEnd: boolean) => void {
  const own = relay()
  own.offer()
  return (isEnd) => own.flush(isEnd)
}
