import type { Interval } from '../measure/interval.d.mts'

/** Of a run, what is compared. */
export interface Measured {
  readonly linesPerSecond: number
  readonly mainUs: number
  readonly allUs: number
  readonly delayP99Ms: number
  readonly peakMb: number
}

export interface Against {
  readonly name: string
  readonly base: string
  /** Rounds in which both ran. */
  readonly pairs: number
  readonly ratios: Readonly<Record<keyof Measured, Interval>>
}

export function againstBases(
  cases: readonly { readonly name: string; readonly front: 'pino' | 'winston' | 'direct' }[],
  runsOf: (name: string) => readonly (Measured | undefined)[]
): Against[]
export function ratioOf(pairs: readonly (readonly [base: number, own: number])[]): Interval
