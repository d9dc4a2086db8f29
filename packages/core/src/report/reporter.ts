/**
 * Who hears of trouble: events, diagnostics channels, and, because many listen to neither, stderr.
 *
 * Never the logger that is being served: a transport that logs its own trouble feeds itself. At most one
 * line a minute goes to stderr for each kind, and for each code of a warning, so that an outage does not fill another log.
 */
import type { Clock } from '../clock.ts'
import { renderCure } from './cure.ts'
import { cureOf } from './diagnoses.ts'
import {
  channels,
  type DroppedEvent,
  type DropReason,
  type ProducerEvents,
  type RejectedEvent,
  type WarningEvent
} from './events.ts'

const STDERR_INTERVAL_MS: Readonly<Record<Kind, number>> = {
  rejected: 60_000,
  dropped: 30_000,
  warning: 60_000
}

const DROPPED_INTERVAL_MS = 1_000

type Kind = 'rejected' | 'dropped' | 'warning'

/** Lines that were given up. */
export interface Drop extends Pick<DroppedEvent, 'reason' | 'lines' | 'bytes'> {
  /** What the reason in words does not say yet. */
  readonly detail?: string | undefined
}

interface Untold {
  lines: number
  bytes: number
  detail: string | undefined
  readonly cancel: () => void
}

type Emit = <Name extends Kind>(name: Name, ...payload: ProducerEvents[Name]) => void

export class Reporter {
  readonly #clock: Clock
  readonly #emit: Emit
  readonly #stderr: (text: string) => void
  /** By kind; warnings by code, so that none keeps another one quiet. */
  readonly #saidAt = new Map<string, number>()
  // Reasons that were told less than a second ago, and what has come since.
  readonly #untold = new Map<DropReason, Untold>()
  readonly #unsaidLines = { rejected: 0, dropped: 0 }

  /** What was reported before {@link start}. */
  #early: (() => void)[] | undefined = []

  constructor(clock: Clock, emit: Emit, stderr: (text: string) => void) {
    this.#clock = clock
    this.#emit = emit
    this.#stderr = stderr
  }

  /** From now on events are emitted at once. Earlier ones follow in a microtask, so that the caller can add a listener first. */
  start(): void {
    const early = this.#early ?? []
    this.#early = undefined
    queueMicrotask(() => {
      for (const report of early) report()
    })
  }

  rejected(event: RejectedEvent): void {
    this.#unsaidLines.rejected += event.lines
    this.#say(
      'rejected',
      () => `${this.#count('rejected')} rejected: ${event.code}: ${event.message} — ${renderCure(event.cure)}`
    )
    if (channels.rejected.hasSubscribers) channels.rejected.publish(event)
    this.#emit('rejected', event)
  }

  /** The first of a kind is told at once, those of the following second together: there may be a million. */
  dropped({ reason, lines, bytes, detail }: Drop): void {
    const waiting = this.#untold.get(reason)
    if (waiting !== undefined) {
      waiting.lines += lines
      waiting.bytes += bytes
      waiting.detail = detail
      return
    }
    const cancel = this.#clock.timer(DROPPED_INTERVAL_MS, () => this.#tellUntold(reason))
    this.#untold.set(reason, { lines: 0, bytes: 0, detail, cancel })
    this.#tellDropped({ reason, lines, bytes, detail })
  }

  /** Tells what waits to be told together. */
  flush(): void {
    for (const reason of [...this.#untold.keys()]) this.#tellUntold(reason)
  }

  #tellUntold(reason: DropReason): void {
    const waiting = this.#untold.get(reason)
    if (waiting === undefined) return
    waiting.cancel()
    this.#untold.delete(reason)
    if (waiting.lines > 0) this.#tellDropped({ reason, ...waiting })
  }

  #tellDropped({ reason, lines, bytes, detail }: Drop): void {
    const message = detail === undefined ? REASONS[reason] : `${REASONS[reason]}: ${detail}`
    const event = { reason, message, lines, bytes, cure: cureOf(reason) }
    this.#unsaidLines.dropped += lines
    this.#say('dropped', () => `${this.#count('dropped')} dropped: ${message} — ${renderCure(event.cure)}`)
    if (channels.dropped.hasSubscribers) channels.dropped.publish(event)
    this.#emit('dropped', event)
  }

  warn(event: WarningEvent): void {
    if (this.#early !== undefined) {
      this.#early.push(() => this.warn(event))
      return
    }
    this.#say('warning', () => `${event.code}: ${event.message} — ${renderCure(event.cure)}`, event.code)
    if (channels.warning.hasSubscribers) channels.warning.publish(event)
    this.#emit('warning', event)
  }

  #say(kind: Kind, text: () => string, topic: string = kind): void {
    const now = this.#clock.monotonic()
    const before = this.#saidAt.get(topic)
    if (before !== undefined && now - before < STDERR_INTERVAL_MS[kind]) return
    this.#saidAt.set(topic, now)
    this.#stderr(`[dis-logs] ${oneLine(text())}\n`)
  }

  /** Lines since this was last said, so that what is not printed is still counted in print. */
  #count(kind: 'rejected' | 'dropped'): string {
    const lines = this.#unsaidLines[kind]
    this.#unsaidLines[kind] = 0
    return `${lines} log line${lines === 1 ? '' : 's'}`
  }
}

const REASONS: Readonly<Record<DroppedEvent['reason'], string>> = {
  'buffer-full': 'the buffer is full',
  'spool-full': 'the spool is full: its oldest lines made room',
  closing: 'they could not be sent before the end, and no spool had room for them',
  closed: 'they were written after close',
  format: 'their format threw',
  worker: 'the worker thread died with them'
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').slice(0, 500)
}
