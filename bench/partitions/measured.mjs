/** What all scenarios share: the limits, the child that writes, and the part of a run that is measured. */
import { runChild } from '../measure/child.mjs'

/** @import { Load, LoadReport } from './load.mjs' */
/** @import { Sample } from './server.mjs' */

export const RECORDS_PER_SECOND = 1_000
export const BYTES_PER_SECOND = 1_048_576
export const DEFAULT_BUFFER = 64 * 1_048_576
/** The first seconds are left out: full buckets let a burst through, and the producer finds its pace. */
export const WARM_UP_MS = 3_000

/**
 * @param {Omit<Load, 'bufferBytes' | 'settleMs'> & { bufferBytes?: number, settleMs?: number }} load
 * @returns {Promise<LoadReport>}
 */
export function runLoad({ bufferBytes = DEFAULT_BUFFER, settleMs = 0, ...load }) {
  const timeoutMs = load.seconds * 1_000 + settleMs + 20_000
  return runChild(new URL('./load.mjs', import.meta.url), { ...load, bufferBytes, settleMs }, { timeoutMs })
}

/**
 * What lies behind the warm-up.
 * @param {Sample[]} samples
 */
export function measured(samples) {
  const from = samples.find(({ atMs }) => atMs >= WARM_UP_MS)
  const to = samples.at(-1)
  if (from === undefined || to === undefined || from === to) throw new Error('the run was too short')
  return {
    from,
    to,
    /** @param {(sample: Sample) => number} read */
    perSecond: (read) => ((read(to) - read(from)) / (to.atMs - from.atMs)) * 1_000
  }
}

/**
 * Records that a limit turned away between two samples, as a part of all that were sent; 0 if none was.
 * @param {Sample} from
 * @param {Sample} to
 */
export function turnedAway(from, to) {
  const rejected = to.throttled - from.throttled
  const tried = to.accepted - from.accepted + rejected
  return tried === 0 ? 0 : rejected / tried
}
