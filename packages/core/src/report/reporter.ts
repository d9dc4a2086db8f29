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
import { printableLine } from './printable.ts'

const STDERR_INTERVAL_MS: Readonly<Record<Kind, number>> = {
  rejected: 60_000,
  dropped: 30_000,
  warning: 60_000
}

const DROPPED_INTERVAL_MS = 1_000

/** Characters of a line on stderr. */
const MAX_STDERR = 500

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
  /** By topic: dropped lines by reason and warnings by code, so that none keeps another one quiet. */
  readonly #saidAt = new Map<string, number>()
  // Reasons that were told less than a second ago, and what has come since.
  readonly #untold = new Map<DropReason, Untold>()
  /** By topic: lines that stderr has not been told of, and how to tell it. */
  readonly #unsaid = new Map<string, { lines: number; say: (lines: number) => string }>()

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

  rejected(rejection: RejectedEvent): void {
    const event = { ...rejection, ...inWords(rejection) }
    this.#sayLines(
      'rejected',
      'rejected',
      event.lines,
      (lines) => `${count(lines)} rejected: ${event.code}: ${event.message} — ${renderCure(event.cure)}`
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

  /** Tells what waits to be told together, and stderr what it has not been told: this is the end. */
  flush(): void {
    for (const reason of [...this.#untold.keys()]) this.#tellUntold(reason)
    for (const { lines, say } of this.#unsaid.values()) this.#write(say(lines))
    this.#unsaid.clear()
  }

  #tellUntold(reason: DropReason): void {
    const waiting = this.#untold.get(reason)
    if (waiting === undefined) return
    waiting.cancel()
    this.#untold.delete(reason)
    if (waiting.lines > 0) this.#tellDropped({ reason, ...waiting })
  }

  #tellDropped({ reason, lines, bytes, detail }: Drop): void {
    const message = printableLine(detail === undefined ? REASONS[reason] : `${REASONS[reason]}: ${detail}`)
    const event = { reason, message, lines, bytes, cure: cureOf(reason) }
    const cure = renderCure(event.cure)
    this.#sayLines(
      'dropped',
      `dropped ${reason}`,
      lines,
      (all) => `${count(all)} dropped: ${message} — ${cure}`
    )
    if (channels.dropped.hasSubscribers) channels.dropped.publish(event)
    this.#emit('dropped', event)
  }

  warn(warning: WarningEvent): void {
    if (this.#early !== undefined) {
      this.#early.push(() => this.warn(warning))
      return
    }
    const event = { ...warning, ...inWords(warning) }
    if (this.#maySay('warning', event.code)) {
      this.#write(`${event.code}: ${event.message} — ${renderCure(event.cure)}`)
    }
    if (channels.warning.hasSubscribers) channels.warning.publish(event)
    this.#emit('warning', event)
  }

  /** Says it, with the lines that were not said before; or keeps them for the next time, or for the end. */
  #sayLines(kind: Kind, topic: string, lines: number, say: (lines: number) => string): void {
    const all = lines + (this.#unsaid.get(topic)?.lines ?? 0)
    if (this.#maySay(kind, topic)) {
      this.#unsaid.delete(topic)
      this.#write(say(all))
    } else this.#unsaid.set(topic, { lines: all, say })
  }

  #maySay(kind: Kind, topic: string): boolean {
    const now = this.#clock.monotonic()
    const before = this.#saidAt.get(topic)
    if (before !== undefined && now - before < STDERR_INTERVAL_MS[kind]) return false
    this.#saidAt.set(topic, now)
    return true
  }

  #write(text: string): void {
    this.#stderr(`[dis-logs] ${text.slice(0, MAX_STDERR)}\n`)
  }
}

function count(lines: number): string {
  return `${lines} log line${lines === 1 ? '' : 's'}`
}

const REASONS: Readonly<Record<DroppedEvent['reason'], string>> = {
  'buffer-full': 'the buffer is full',
  'spool-full': 'the spool is full: its oldest lines made room',
  'spool-damaged': 'their place in the spool cannot be read, or was deleted',
  closing: 'they could not be sent before the end, and no spool had room for them',
  closed: 'they were written after close',
  format: 'their format threw',
  worker: 'the worker thread died with them'
}

/** What the service, a file or a format said, so that it does nothing to the terminal of a listener who prints it. */
function inWords({ code, message }: WarningEvent | RejectedEvent): Pick<WarningEvent, 'code' | 'message'> {
  return { code: printableLine(code), message: printableLine(message) }
}
