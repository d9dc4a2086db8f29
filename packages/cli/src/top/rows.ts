/** Lines of a terminal → how many of them each stream gets. Pure. */
import type { StreamView } from './view.ts'

/** A line of its own, titles, a partition, and how many more there are. */
const SMALLEST_TABLE = 4

/** Lines of a stream: 1 is its own line alone, more is a table below it. */
interface Share {
  readonly stream: StreamView
  readonly rows: number
}

/** Lines that shares take, with an empty one before each but the first, unless neither it nor the one before has a table. */
function heightOf(shares: readonly Share[]): number {
  return shares.reduce((sum, { rows }, index) => sum + rows + gapBefore(shares, index), 0)
}

/** 1 where an empty line stands before the share at `index`, else 0. */
export function gapBefore(shares: readonly Share[], index: number): number {
  const [before, own] = [shares[index - 1]?.rows ?? 0, shares[index]?.rows ?? 0]
  return index > 0 && (before > 1 || own > 1) ? 1 : 0
}

/**
 * All streams have a line of their own, if there are so many lines; else the busiest have one. Then tables are opened, for the busiest
 * stream first, and grow in turn. The order of the streams stays.
 */
export function shareRows(streams: readonly StreamView[], rows: number): Share[] {
  const whole = streams.map((stream) => ({ stream, rows: neededBy(stream) }))
  if (heightOf(whole) <= rows) return whole
  const busiest = [...streams].sort((one, other) => (other.limitShare ?? 0) - (one.limitShare ?? 0))
  const shown = new Set(busiest.slice(0, streams.length > rows ? Math.max(1, rows - 1) : streams.length))
  const sizes = new Map(streams.filter((stream) => shown.has(stream)).map((stream) => [stream, 1]))
  const shares = () => [...sizes].map(([stream, size]) => ({ stream, rows: size }))
  let hasGrown = shown.size === streams.length
  while (hasGrown) {
    hasGrown = false
    for (const stream of busiest) {
      const size = sizes.get(stream) ?? 1
      const needed = neededBy(stream)
      if (size >= needed) continue
      sizes.set(stream, size === 1 ? Math.min(needed, SMALLEST_TABLE) : size + 1)
      if (heightOf(shares()) <= rows) hasGrown = true
      else sizes.set(stream, size)
    }
  }
  return shares()
}

function neededBy({ partitions }: StreamView): number {
  return partitions.length === 0 ? 1 : 2 + partitions.length
}
