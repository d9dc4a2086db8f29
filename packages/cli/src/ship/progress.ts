/** What `ship` shows on a terminal while it works. */
import type { Stats } from '@dis-logs/core'
import { count, durationInWords } from '../output.ts'
import { MEGABYTE } from '../stream/limits.ts'
import type { Segment } from '../terminal/segments.ts'
import type { Intake } from './feed.ts'

/** Rates are those of so long, so that they neither jump nor lag. */
const WINDOW_MS = 3_000

interface Sample {
  readonly atMs: number
  readonly lines: number
  readonly bytes: number
}

/** Rates of what was delivered in the last seconds. */
export class Rates {
  #samples: Sample[] = []

  /** Takes the counters as they are at a time, which only grows. */
  add(atMs: number, { delivered, deliveredBytes }: Pick<Stats, 'delivered' | 'deliveredBytes'>): void {
    this.#samples.push({ atMs, lines: delivered, bytes: deliveredBytes })
    // The youngest that is old enough is where the window begins.
    while ((this.#samples[1]?.atMs ?? atMs) <= atMs - WINDOW_MS) this.#samples.shift()
  }

  /** Lines and bytes a second. */
  get perSecond(): { readonly lines: number; readonly bytes: number } {
    const first = this.#samples[0]
    const last = this.#samples.at(-1)
    if (first === undefined || last === undefined || last.atMs <= first.atMs) return { lines: 0, bytes: 0 }
    const seconds = (last.atMs - first.atMs) / 1_000
    return { lines: (last.lines - first.lines) / seconds, bytes: (last.bytes - first.bytes) / seconds }
  }
}

type ShownStats = Pick<
  Stats,
  'buffered' | 'bufferedBytes' | 'delivered' | 'inFlight' | 'oldestMs' | 'retriedRecords' | 'throttledRecords'
>

/** What the line is made of. */
export interface Progress {
  readonly intake: Intake
  readonly stats: ShownStats
  readonly perSecond: { readonly lines: number; readonly bytes: number }
  /** Size of the whole input; undefined if nobody knows. */
  readonly totalBytes: number | undefined
  readonly isStopping: boolean
}

/** The line, with what may be left out of it. */
export function progressSegments(progress: Progress): Segment[] {
  const { isStopping, perSecond, stats } = progress
  const { buffered, inFlight, oldestMs, retriedRecords, throttledRecords } = stats
  const rate = count(perSecond.lines)
  const megabytes = (perSecond.bytes / MEGABYTE).toFixed(1)
  return [
    ...(isStopping ? [segment('stopping', 'stop', 10, 'yellow')] : barOf(progress)),
    segment(`${rate} lines/s`, `${compact(perSecond.lines)}/s`, 9),
    segment(`${megabytes} MB/s`, `${megabytes}MB/s`, 8),
    segment(`${count(buffered)} waiting`, `wait ${compact(buffered)}`, 7),
    segment(`${inFlight} in flight`, `req ${inFlight}`, 4),
    ...optional(retriedRecords, `${count(retriedRecords)} retried`, `retry ${compact(retriedRecords)}`, 3),
    ...optional(
      throttledRecords,
      `${count(throttledRecords)} throttled`,
      `throttled ${compact(throttledRecords)}`,
      6
    ),
    segment(`oldest ${durationInWords(oldestMs)}`, `old ${durationInWords(oldestMs).replace(' ', '')}`, 5),
    ...timeLeft(progress)
  ]
}

/** At the rate of the last seconds. */
function timeLeft({ intake, isStopping, perSecond, stats, totalBytes = 0 }: Progress): Segment[] {
  const left = totalBytes - doneBytes(intake, stats)
  if (isStopping || left <= 0 || perSecond.bytes < 1) return []
  const time = durationInWords((left / perSecond.bytes) * 1_000)
  return [segment(`${time} left`, `${time.replace(' ', '')} left`, 2)]
}

/** Read and settled. What only waits in memory is not done yet. */
function doneBytes(intake: Intake, stats: ShownStats): number {
  return Math.max(0, intake.readBytes - stats.bufferedBytes)
}

const BAR = 20
const SHORT_BAR = 6

/** How much of the input is done, where its size is known. */
function barOf({ intake, stats, totalBytes }: Progress): Segment[] {
  if (totalBytes === undefined || totalBytes === 0) {
    return [segment(`${count(stats.delivered)} delivered`, compact(stats.delivered), 10)]
  }
  const share = Math.min(1, doneBytes(intake, stats) / totalBytes)
  const percent = `${Math.floor(share * 100)}%`.padStart(4)
  return [segment(`${bar(share, BAR)}${percent}`, `${bar(share, SHORT_BAR)}${percent}`, 10, 'green')]
}

function bar(share: number, width: number): string {
  const done = Math.floor(share * width)
  return `${'█'.repeat(done)}${'░'.repeat(width - done)}`
}

function segment(text: string, short: string, weight: number, style?: Segment['style']): Segment {
  return { text, short, weight, style }
}

/** Nothing to tell is told by nothing. */
function optional(value: number, text: string, short: string, weight: number): Segment[] {
  return value === 0 ? [] : [segment(text, short, weight, 'yellow')]
}

/** `950`, `12.3k`, `4.5M`: at most five characters below a billion. */
export function compact(value: number): string {
  const rounded = Math.round(value)
  if (rounded < 1_000) return String(rounded)
  const [scaled, unit] = rounded < 999_500 ? [rounded / 1_000, 'k'] : [rounded / 1_000_000, 'M']
  return `${scaled < 99.95 ? scaled.toFixed(1) : Math.round(scaled)}${unit}`
}
