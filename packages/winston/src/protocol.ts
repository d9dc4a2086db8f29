/** What the transport and its worker say to each other besides lines: plain data. */
import type { DisOptions, FlushReport, Stats } from '@dis-logs/core'
import type { SenderEvents } from './sender.ts'

export interface WorkerOptions {
  readonly options: DisOptions
}

/** To the worker. thread-stream's own messages have other codes. */
export type Command =
  | {
      readonly code: 'DIS'
      readonly kind: 'flush' | 'close'
      readonly id: number
      readonly timeoutMs: number | undefined
    }
  /** The end has begun: lines are taken even if the buffer is full, because nobody can wait any more. */
  | { readonly code: 'DIS'; readonly kind: 'ending' }

/** From the worker: thread-stream emits these on its main side. */
export interface Replies {
  'dis:event': [name: keyof SenderEvents, event: unknown]
  'dis:stats': [stats: Stats]
  'dis:done': [id: number, report: FlushReport, stats: Stats]
}
