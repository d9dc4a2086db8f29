/** The end of credentials, by the clock of their service → how long they last. Pure. */

/** A smaller difference of the clocks means nothing: the Date header has whole seconds, and an answer takes a moment. */
const EQUAL_CLOCKS_MS = 5_000

/**
 * The rest of the lifetime in ms; undefined without an end. `date`: the Date header of the answer with the end. Both come
 * from the service's clock, so a wrong clock of this machine does no harm. `now`: wall time of this machine.
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
