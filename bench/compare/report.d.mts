import type { Change, Verdict } from './change.d.mts'

/** Of a run, what is compared. */
export interface Measured {
  readonly allUs: number
  readonly linesPerSecond: number
  readonly peakMb: number
}

export interface PairOfRuns {
  readonly base: Measured
  readonly branch: Measured
}

export interface Given {
  /** 0.95: of 20 intervals, 19 or more hold the true change. */
  readonly confidence: number
  /** 0.03: a change of 3 % or less does not matter. */
  readonly threshold: number
}

export interface Compared extends Change {
  /** Of the case. */
  readonly name: string
  readonly measure: string
  readonly pairs: number
  /** Medians, as they are shown. */
  readonly base: string
  readonly branch: string
  readonly verdict: Verdict
  /** The verdict, for people. */
  readonly words: string
}

export function compareRuns(name: string, pairs: readonly PairOfRuns[], given: Given): Compared[]
export function pairLine(pair: PairOfRuns): string
export function tableOf(rows: readonly Compared[]): string
export function methodOf(rows: readonly Compared[], given: Given): string
export function summaryOf(rows: readonly Compared[]): string
export function statusOf(rows: readonly Compared[]): 0 | 1
