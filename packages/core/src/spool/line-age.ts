/**
 * When a line was written, in two kinds of time. In memory it is monotonic, for ages. On disk it is wall time, for another
 * process. If the wall clock was ahead, the age is 0 and never negative.
 */
import type { Clock } from '../clock.ts'

/** Monotonic time → wall time, for the disk. */
export function toWallTime(clock: Clock, writtenAt: number): number {
  return clock.now() - (clock.monotonic() - writtenAt)
}

/** Wall time → monotonic time, for memory. */
export function fromWallTime(clock: Clock, writtenAt: number): number {
  return clock.monotonic() - Math.max(0, clock.now() - writtenAt)
}
