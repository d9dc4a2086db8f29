/** Numbers of `top` as people read them. Pure. */
import { count } from '../output.ts'
import { MEGABYTE } from '../stream/limits.ts'
import type { Style } from '../terminal/segments.ts'
import type { Rates } from './view.ts'

export function rate(value: number | null): string {
  if (value === null) return '-'
  return value > 0 && value < 10 ? value.toFixed(1) : count(value)
}

export function megabytes({ bytesPerSecond }: Pick<Rates, 'bytesPerSecond'>): string {
  return bytesPerSecond === null ? '-' : (bytesPerSecond / MEGABYTE).toFixed(2)
}

export function percent(share: number | null): string {
  return share === null ? '-' : `${Math.round(share * 100)}%`
}

/** What is near its limit is throttled soon. */
export function styleOf(share: number | null): Style | undefined {
  if (share === null || share < 0.7) return undefined
  return share < 0.9 ? 'yellow' : 'red'
}

/** `… 12 more partitions` */
export function more(left: number, what: string): string {
  return `… ${count(left)} more ${what}${left === 1 ? '' : 's'}`
}
