/**
 * The arithmetic of waiting: full jitter, so that many clients that failed together don't come back
 * together. The bound doubles with each failure from `baseMs` up to `maxMs`; the wait is uniform below it.
 */
/** Longest wait at the end, when there is no other time: short enough to try again, long enough not to hammer. */
export const LONGEST_LAST_WAIT_MS: number = 1_000

export function fullJitterMs(failures: number, baseMs: number, maxMs: number, random: number): number {
  if (failures <= 0) return 0
  // 2^30 is above any maxMs; a larger exponent would only overflow.
  const bound = Math.min(maxMs, baseMs * 2 ** Math.min(failures - 1, 30))
  return Math.round(random * bound)
}
