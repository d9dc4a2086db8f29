/**
 * What the main thread asks a transport in pino's worker, and what it answers. On a channel of its own: the port of the thread
 * belongs to thread-stream and pino, and whoever listens to it first takes messages that other targets wait for.
 */
import type { FlushReport, Stats } from '@dis-logs/core'

export interface Question {
  readonly id: number
  readonly kind: 'stats' | 'flush'
  /** Which target of this package, in the order in which pino made them. Of no meaning for a flush: that is of all. */
  readonly index: number
  readonly timeoutMs: number | undefined
}

/** One of the two, unless there is no such target. */
export interface Answer {
  /** Id of the question. */
  readonly answers: number
  readonly stats?: Stats | undefined
  readonly report?: FlushReport | undefined
}

/** Thread ids are unique in a process, and a channel ends with it. */
export function channelName(threadId: number): string {
  return `pino-dis:${threadId}`
}

export function isQuestion(message: unknown): message is Question {
  return fieldOf(message, 'id') !== undefined && fieldOf(message, 'kind') !== undefined
}

export function isAnswer(message: unknown): message is Answer {
  return fieldOf(message, 'answers') !== undefined
}

/** A field of a value that comes from somebody else. */
export function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}
