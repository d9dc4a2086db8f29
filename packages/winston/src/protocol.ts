/** The messages between the transport and its worker, besides lines. Plain data. */
import type { DisOptions, FlushReport, Stats } from '@dis-logs/core'
import type { SenderEvents } from './sender.ts'

export interface WorkerOptions {
  readonly options: DisOptions
}

/** A message to the worker. thread-stream's own messages have other codes. */
export type Command =
  | {
      readonly code: 'DIS'
      readonly kind: 'flush' | 'close'
      readonly id: number
      readonly timeoutMs: number | undefined
    }
  /** The end has begun. From now on the worker takes lines even if the buffer is full, because winston no longer waits. */
  | { readonly code: 'DIS'; readonly kind: 'ending' }

/** Messages from the worker. thread-stream emits them in the main thread. */
export interface Replies {
  'dis:event': [name: keyof SenderEvents, event: unknown]
  'dis:stats': [stats: Stats]
  'dis:done': [id: number, report: FlushReport, stats: Stats]
}
