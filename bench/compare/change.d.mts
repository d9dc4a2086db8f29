/** Positive numbers, measured one right after the other. */
export type Pair = readonly [base: number, branch: number]

export interface Change {
  /** branch / base: 1.1 is 10 % more. */
  readonly ratio: number
  /** Of the interval, which includes its ends. */
  readonly low: number
  readonly high: number
}

export type Verdict = 'worse' | 'better' | 'same' | 'unclear'

export function fewestPairs(confidence: number): number
export function changeOf(pairs: readonly Pair[], confidence: number): Change
export function judge(change: Change, moreIsBetter: boolean, threshold: number): Verdict
