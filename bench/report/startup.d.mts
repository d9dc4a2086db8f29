import type { Interval } from '../measure/interval.d.mts'

interface Moment {
  readonly clockMs: number
  readonly cpuMs: number
}

export type Started = Readonly<Partial<Record<'called' | 'up' | 'settled' | 'ended', Moment>>>

export interface StartRow {
  readonly row: string
  readonly starts: number
  readonly upMs: Interval
  readonly toFile: Interval
  readonly cpuToFile: Interval
  readonly toOther?: Interval
  readonly cpuToOther?: Interval
  readonly settledMs: number | null
  readonly endedMs: number | null
}

export function otherBuild(name: string): string
export function summarizeStarts(
  cases: readonly { readonly row: string; readonly front: string; readonly ours: boolean }[],
  startsOf: (row: string) => readonly Started[]
): StartRow[]
