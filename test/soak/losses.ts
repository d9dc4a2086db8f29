/**
 * How many lines a life gave up: what it said with its last flush, and what it may have given up besides, if it was killed.
 *
 * A flush that never ended tells nothing. What `dropOldest` gave up meanwhile may be lines of earlier lives, which were settled: they
 * were on disk. The counters say how many lines were given up in all; those of its own that were not settled are no excuse for others.
 */

/** What is known of a life. Lines are those of its own, without what it found in the spool. */
export interface Life {
  /** The line behind the last that is settled, and lines given up until then. */
  next: number
  givenUp: number
  /** Its counters, as last told; undefined before. */
  told: Told | undefined
  wasKilled: boolean
}

interface Told {
  readonly written: number
  readonly buffered: number
  readonly givenUp: number
  /** Lines that it may have given up since it told this. */
  readonly since: number
}

/** Lives by their first line, and the lines of which it is known what became of them. */
interface Lives {
  readonly lives: ReadonlyMap<number, Life>
  readonly accounted: { missing(from: number, to: number): { readonly count: number } }
}

export function settledOf({ lives }: Lives): number {
  return [...lives].reduce((sum, [first, { next }]) => sum + next - first, 0)
}

export function givenUpOf({ lives, accounted }: Lives): number {
  return [...lives].reduce(
    (sum, [first, life]) => sum + givenUpBy(first, life, (from, to) => accounted.missing(from, to).count),
    0
  )
}

/** `missing`: how many of its lines from … to are nowhere. */
function givenUpBy(
  first: number,
  { next, givenUp, told, wasKilled }: Life,
  missing: (from: number, to: number) => number
): number {
  if (told === undefined || !wasKilled || told.givenUp <= givenUp) return givenUp
  // What is nowhere and was not in memory when it was killed, it gave up.
  const own = Math.max(0, missing(next, first + told.written) - told.buffered)
  return givenUp + Math.max(0, told.givenUp - givenUp - own) + told.since
}
