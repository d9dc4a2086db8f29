export interface Interval {
  readonly median: number
  /** Of the interval, which includes its ends. NaN: too few values for one. */
  readonly low: number
  readonly high: number
}

export function medianInterval(values: readonly number[], confidence?: number): Interval
