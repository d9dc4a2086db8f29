/** The messages between a producer's thread and the application's, besides lines. Plain data. */
import type { ForwardedEvents } from '../forward-events.ts'
import type { DisOptions } from '../options/options.ts'
import type { FlushReport, Stats } from '../report/stats.ts'

export interface ThreadOptions {
  readonly options: DisOptions
  readonly producerId: string
  /** One Int32: how many lines the thread has taken, modulo 2^32. Readable also while this thread waits for that one. */
  readonly taken: SharedArrayBuffer
}

/** A message to the thread. thread-stream's own messages have other codes. */
export type Command =
  | {
      readonly code: 'DIS'
      readonly kind: 'flush' | 'close'
      readonly id: number
      /** To be carried out when so many lines are taken, modulo 2^32: lines travel another way. */
      readonly after: number
      readonly timeoutMs: number | undefined
    }
  | {
      readonly code: 'DIS'
      /** The end has begun: the thread takes lines even if the buffer is full, because nobody can wait any more. */
      readonly kind: 'ending'
      /** Bound for the last close, if it has to be shorter than `closeTimeoutMs`. */
      readonly timeoutMs: number | undefined
    }

/** Messages from the thread. thread-stream emits them in the main thread. */
export interface Replies {
  'dis:event': [name: keyof ForwardedEvents, event: unknown]
  'dis:stats': [stats: Stats]
  /** `report` is undefined if the time was over before all lines were taken. */
  'dis:done': [id: number, report: FlushReport | undefined, stats: Stats]
}

/** Whether `count` lines are at least `wanted`, both modulo 2^32. */
export function hasReached(count: number, wanted: number): boolean {
  return ((count - wanted) | 0) >= 0
}
