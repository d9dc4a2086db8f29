/** When credentials end by the clock of a service → how long they last. Pure. */

/** The Date header has whole seconds, and an answer takes a moment: a smaller difference of the clocks means nothing. */
const EQUAL_CLOCKS_MS = 5_000

/**
 * The rest of the lifetime in ms; undefined without an end. `date`: the Date header of the answer that named the end. It
 * is by the service's clock, as the end is, so a wrong clock of this machine does no harm. `now`: wall time here.
 */
export function lifetimeOf(
  endsAt: number | undefined,
  date: string | undefined,
  now: number
): number | undefined {
  if (endsAt === undefined) return undefined
  const aheadMs = Date.parse(date ?? '') - now
  return endsAt - now - (Math.abs(aheadMs) > EQUAL_CLOCKS_MS ? aheadMs : 0)
}
