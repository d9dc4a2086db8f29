/**
 * When a line was written, in two times: monotonic in memory, where ages decide; wall time on disk, where another process
 * reads it. A wall clock that was ahead gives an age of nothing, never one below it.
 */
import type { Clock } from '../clock.ts'

/** For the disk. */
export function toWallTime(clock: Clock, writtenAt: number): number {
  return clock.now() - (clock.monotonic() - writtenAt)
}

/** For memory. */
export function fromWallTime(clock: Clock, writtenAt: number): number {
  return clock.monotonic() - Math.max(0, clock.now() - writtenAt)
}
