/** What a process may not have noted on its disk at its end, though it knew that it is stored. */
import type { End } from './application.ts'

/** A running process notes what is delivered within two ticks of 5 s. */
const NOTED_WITHIN_MS = 11_000

interface Disk {
  /** Since when it is full, or was until less than `ms` ago. */
  fullSince(ms: number): number | undefined
}

/**
 * What it learned from this time on may be in no note; `Infinity` if all is noted. `stoppedAt`: when it was last stopped or continued.
 * `disk`: its own, if that can be full.
 */
export function unnotedSince(
  how: End,
  stoppedAt: number | undefined,
  disk: Disk | undefined,
  now = performance.now()
): number {
  const fullSince = disk?.fullSince(NOTED_WITHIN_MS)
  const wasStopped = stoppedAt !== undefined && now - stoppedAt < 2 * NOTED_WITHIN_MS
  // A process that is stopped takes longer to note anything.
  const ofKilled = how === 'killed' ? now - (wasStopped ? 2 : 1) * NOTED_WITHIN_MS : Number.POSITIVE_INFINITY
  return Math.min(ofKilled, (fullSince ?? Number.POSITIVE_INFINITY) - NOTED_WITHIN_MS)
}
