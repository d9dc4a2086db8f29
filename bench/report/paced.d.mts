import type { Interval } from '../measure/interval.d.mts'

export interface PacedRun {
  readonly linesPerSecond: number
  readonly cpuShare: number
  readonly delayP50Ms: number | null
  readonly delayP99Ms: number | null
  readonly peakMb: number
  readonly lost: number
}

interface PacedCase {
  readonly name: string
  readonly runs: string
  readonly front: 'pino' | 'winston'
  readonly ours: boolean
  readonly base: string
}

export interface PacedRow {
  readonly name: string
  readonly rate: number
  readonly runs: number
  readonly cpuShare: Interval
  readonly more: Interval | null
  readonly delayP50Ms: number | null
  readonly delayP99Ms: number | null
  readonly lost: number
}

export function summarizePaced(
  cases: readonly PacedCase[],
  rates: readonly number[],
  runsOf: (name: string, rate: number) => readonly (PacedRun | undefined)[]
): PacedRow[]
