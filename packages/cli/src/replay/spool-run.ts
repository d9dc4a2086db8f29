/**
 * A producer that takes over what dead owners left for one stream, until nothing of it is left.
 *
 * Bounded by: the producer's buffer. At the end, whatever the reason, what was not delivered stands in the folder.
 */
import { existsSync, statSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { createProducer, type Producer, type SpoolPart, type Stats } from '@dis-logs/core'
import { inFlags } from '../options.ts'
import type { Patience, Settled } from '../ship/settle.ts'
import { Diagnostics } from '../ship/summary.ts'
import type { PlannedRun } from './spool-plan.ts'
import { withoutVariables } from './spool-target.ts'

const LOOK_INTERVAL_MS = 100
/** A producer takes over after a minute without a heartbeat, counted in its own ticks of five seconds. */
const SILENCE_MS = 80_000
/** After a signal: answers that are under way are heard, so that their lines are not sent twice. */
const LAST_ANSWERS_MS = 2_000

/** A part that was there at the start. */
interface Pending {
  readonly part: SpoolPart
  readonly heartbeat: bigint | undefined
}

export class SpoolRun {
  readonly plan: PlannedRun
  readonly diagnostics: Diagnostics
  readonly #producer: Producer
  #pending: Pending[]
  /** Locks whose heartbeat was seen. */
  readonly living: Set<string> = new Set()
  /** How the wait ended. */
  end: Settled | undefined

  /** Starts to take over and to send. @throws DisConfigError if the folder cannot be used */
  constructor(plan: PlannedRun) {
    this.plan = plan
    this.#producer = withoutVariables(plan.hidden, () => createProducer(plan.options))
    this.diagnostics = new Diagnostics(this.#producer, inFlags)
    this.#pending = plan.parts.map((part) => ({ part, heartbeat: heartbeatOf(part) }))
  }

  stats(): Stats {
    return this.#producer.stats()
  }

  /** Waits until all is sent, patience is over or `signal` is aborted; then closes. */
  async run(patience: Patience, signal: AbortSignal): Promise<void> {
    this.end = await this.#settle(patience, signal)
    await this.#producer.close({ timeoutMs: this.end === 'stopped' ? LAST_ANSWERS_MS : 0 })
  }

  async #settle(patience: Patience, signal: AbortSignal): Promise<Settled> {
    const startedAt = performance.now()
    const totalMs = 'totalMs' in patience ? patience.totalMs : Number.POSITIVE_INFINITY
    let progressAt = startedAt
    let progress = ''
    while (!signal.aborted) {
      if (this.#isDone()) return 'settled'
      const now = performance.now()
      const current = this.#progress()
      if (current !== progress) progressAt = now
      progress = current
      if (now - startedAt >= totalMs || now - progressAt >= this.#idleMs(patience)) return 'gave-up'
      await sleep(LOOK_INTERVAL_MS, undefined, { signal }).catch(() => {})
    }
    return 'stopped'
  }

  /** Nobody's parts are ours, or another producer's, and nothing of ours is left on disk. */
  #isDone(): boolean {
    this.#pending = this.#pending.filter(({ part, heartbeat }) => {
      if (!existsSync(part.path)) return false
      const now = heartbeatOf(part)
      if (now === undefined || now === heartbeat) return true
      this.living.add(part.owner.lock)
      return false
    })
    const { buffered, spooled, spoolBytes } = this.stats()
    return this.#pending.length === 0 && buffered === 0 && spooled === 0 && spoolBytes === 0
  }

  /** While only silence can tell, nothing happens for a minute. */
  #idleMs(patience: Patience): number {
    if (!('idleMs' in patience)) return Number.POSITIVE_INFINITY
    const waitsForSilence = this.#pending.some(({ part }) => part.owner.state === 'unknown')
    return waitsForSilence ? Math.max(patience.idleMs, SILENCE_MS) : patience.idleMs
  }

  #progress(): string {
    const { delivered, rejected, dropped, recovered } = this.stats()
    return [delivered, rejected, dropped, recovered, this.#pending.length].join(' ')
  }
}

/** By `bigint`, because a lock is a socket: see nodejs/node#51142. */
function heartbeatOf({ owner }: SpoolPart): bigint | undefined {
  return statSync(owner.lock, { bigint: true, throwIfNoEntry: false })?.mtimeNs
}
