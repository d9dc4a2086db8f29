/** What a run is made of. Plain data: a failing run is kept as a file, and a shrunk one is a smaller plan. */
import type { DisOptions } from '../../packages/core/src/options/options.ts'
import type { StreamPlan } from './service/stream.ts'

export interface Plan {
  /** The name of all chance. */
  readonly seed: string
  /** How long nemeses may be at work, in ms. After it everything heals. */
  readonly faultyMs: number
  readonly streams: readonly StreamPlan[]
  readonly slots: readonly SlotPlan[]
  readonly nemeses: readonly NemesisPlan[]
}

/** The place of a process, which is started again after it has ended. */
export interface SlotPlan {
  readonly name: string
  readonly machine: string
  /** Slots with the same name share a folder. */
  readonly folder: string | null
  readonly credentials: 'token' | 'keys' | 'function'
  /** Without those that the world adds: target, credentials and the folder's path. */
  readonly options: SlotOptions
  readonly writer: WriterPlan
}

export interface SlotOptions
  extends Omit<DisOptions, 'credentials' | 'partitionKey' | 'deadLetter' | 'spool'> {
  readonly streamName: string
  readonly partitionKey: string | readonly string[] | null | 'a function'
  /** False, true, or its largest size in bytes. */
  readonly deadLetter: boolean | number
  readonly spool?: Omit<NonNullable<DisOptions['spool']>, 'dir'>
}

export interface WriterPlan {
  readonly lines: number
  readonly burst: number
  readonly pauseMs: number
  /** Bytes of a line, roughly. */
  readonly bytes: number
  readonly keys: 'one' | 'few' | 'many' | 'unique' | 'hot' | 'none'
  /** Whether it waits for `drain` after a false. */
  readonly waits: boolean
  /** Whether it hands over the lines of a burst as one text. */
  readonly together?: boolean
  /** How long until the process is started again. */
  readonly restartMs: number
}

/** What goes wrong, and when. */
export interface NemesisPlan {
  readonly name: string
  /** The name of its chance, which no other nemesis has. */
  readonly id: string
  readonly fromMs: number
  readonly untilMs: number
  /** A slot, a stream or a folder, where it is about one. */
  readonly target?: string
  /** How bad it is, from 0 to 1. */
  readonly force: number
}
