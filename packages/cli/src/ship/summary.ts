/** What became of the lines, in words. */
import type { Producer, RejectedEvent, Stats, WarningEvent } from '@dis-logs/core'
import type { CureText } from '../options.ts'
import { count, lines } from '../output.ts'
import type { Intake } from './feed.ts'

interface Rejection {
  readonly message: string
  readonly cure: string
  lines: number
}

/** What a producer reports, kept for the end: rejected lines by code, and the last warning. */
export class Diagnostics {
  readonly #rejected = new Map<string, Rejection>()
  readonly #cureText: CureText
  #warning: WarningEvent | undefined

  /** `cureText`: cures in terms of the command's flags. */
  constructor(producer: Producer, cureText: CureText) {
    this.#cureText = cureText
    producer.on('rejected', (event) => this.#reject(event))
    producer.on('warning', (event) => {
      // Of lines for others, which the command looks after by itself.
      if (event.code !== 'SPOOL_FOREIGN') this.#warning = event
    })
  }

  /** `12 lines rejected with DIS.4301: message — cure`, one for each code. */
  rejections(): string[] {
    return [...this.#rejected].map(
      ([code, { message, cure, lines: rejected }]) =>
        `${lines(rejected)} rejected with ${code}: ${message} — ${this.#cureText(cure)}`
    )
  }

  /** The last warning of the producer. */
  get warning(): string | undefined {
    if (this.#warning === undefined) return undefined
    const { code, message, cure } = this.#warning
    return `${code}: ${message} — ${this.#cureText(cure)}`
  }

  #reject({ code, message, cure, lines: rejected }: RejectedEvent): void {
    const known = this.#rejected.get(code)
    if (known === undefined) this.#rejected.set(code, { message, cure, lines: rejected })
    else known.lines += rejected
  }
}

/** True if every line that was read has been delivered, whole. */
export function nothingIsLost(intake: Intake, stats: Stats): boolean {
  return (
    stats.delivered === intake.lines && stats.rejected === 0 && stats.dropped === 0 && stats.oversized === 0
  )
}

/** What lines above the record limit have lost, and what to do. */
export function describeCut(intake: Intake, stats: Stats): string {
  return `${lines(stats.oversized)} above 1 MiB cut to that length and marked: more than ${count(intake.excessBytes)} bytes lost; split such lines before they are shipped, a record holds no more`
}

/** The last line of a run. */
export function summarize(intake: Intake, stats: Stats, elapsedMs: number): string {
  return [
    `${lines(intake.lines)} read`,
    `${count(stats.delivered)} delivered`,
    `${count(stats.rejected)} rejected`,
    `${count(stats.dropped)} dropped`,
    `${count(stats.retriedRecords)} retries`,
    `${count(stats.throttledRecords)} throttled`,
    `${count(intake.bytes)} bytes`,
    `${(elapsedMs / 1_000).toFixed(1)} s`,
    `${count(stats.delivered / Math.max(0.001, elapsedMs / 1_000))} lines/s`
  ].join(', ')
}
