/** What is done to the partitions: a steady load, a limit that is raised, one partition that gets too much. */
import { quantile } from '../measure/median.mjs'
import {
  BYTES_PER_SECOND,
  DEFAULT_BUFFER,
  measured,
  RECORDS_PER_SECOND,
  runLoad,
  turnedAway,
  WARM_UP_MS
} from './measured.mjs'
import { delaysOf, startDis, watchUntil } from './server.mjs'

/** @import { Sample } from './server.mjs' */

const LINE_BYTES = 250

/**
 * Offered load as a multiple of the limits.
 * @param {{ load: number, aggregate: boolean, partitions: number, latencyMs: number, seconds: number, burstMs: number }} given
 */
export async function steadyLoad({ load, aggregate, partitions, latencyMs, seconds, burstMs }) {
  const { dis, keys } = await startDis({ partitions, latencyMs, limits: { burstMs } })
  try {
    // Without aggregation a line is a record, and the limit of records is reached first.
    const limit = aggregate ? BYTES_PER_SECOND / (LINE_BYTES + 1) : RECORDS_PER_SECOND
    const rates = keys.map(() => load * limit)
    const running = runLoad({ url: dis.url, aggregate, keys, rates, seconds })
    const samples = await watchUntil(dis, running)
    const { offered, window } = await running
    const { from, to, perSecond } = measured(samples)
    const goodput = aggregate
      ? perSecond((sample) => sample.bytes) / BYTES_PER_SECOND
      : perSecond((sample) => sample.accepted) / RECORDS_PER_SECOND
    const delays = await delaysOf(dis, WARM_UP_MS)
    return {
      load,
      aggregate,
      partitions,
      latencyMs,
      offered: offered / limit / partitions,
      goodput: goodput / partitions,
      rejected: turnedAway(from, to),
      delayP50Ms: quantile(delays, 0.5),
      delayP99Ms: quantile(delays, 0.99),
      window
    }
  } finally {
    await dis.close()
  }
}

/**
 * The limit is raised: how long until nine tenths of the new one are used.
 * @param {{ latencyMs: number, raiseAfterMs: number, waitMs: number }} given
 */
export async function raisedLimit({ latencyMs, raiseAfterMs, waitMs }) {
  const partitions = 2
  // A short burst: with one of a second, a bucket that is full again would look like a higher rate.
  const before = { recordsPerSecond: 300, burstMs: 100 }
  const after = { recordsPerSecond: RECORDS_PER_SECOND, burstMs: 100 }
  const { dis, keys } = await startDis({ partitions, latencyMs, limits: before })
  try {
    const seconds = (raiseAfterMs + waitMs) / 1_000
    const rates = keys.map(() => 1.5 * RECORDS_PER_SECOND)
    const running = runLoad({ url: dis.url, aggregate: false, keys, rates, seconds })
    let raisedAt = Number.POSITIVE_INFINITY
    const samples = await watchUntil(dis, running, async (atMs) => {
      if (atMs < raiseAfterMs || raisedAt < atMs) return
      await dis.setLimits(after)
      raisedAt = atMs
    })
    await running
    const wanted = 0.9 * partitions * RECORDS_PER_SECOND
    const reached = samples.find(
      (sample) => sample.atMs > raisedAt && rateBehind(samples, sample, raisedAt) >= wanted
    )
    const usedBefore = measured(samples.filter(({ atMs }) => atMs <= raisedAt)).perSecond((s) => s.accepted)
    return {
      latencyMs,
      goodputBefore: usedBefore / (partitions * before.recordsPerSecond),
      goodputAtEnd: lastSeconds(samples, 3_000) / (partitions * RECORDS_PER_SECOND),
      reachedAfterMs: reached === undefined ? null : reached.atMs - raisedAt
    }
  } finally {
    await dis.close()
  }
}

/**
 * One partition of four gets five times what it takes, the others eight tenths: what do they get?
 * @param {{ latencyMs: number, seconds: number, burstMs: number, bufferBytes?: number }} given
 */
export async function hotPartition({ latencyMs, seconds, burstMs, bufferBytes = DEFAULT_BUFFER }) {
  const { dis, keys } = await startDis({ partitions: 4, latencyMs, limits: { burstMs } })
  try {
    const rates = [5, 0.8, 0.8, 0.8].map((part) => part * RECORDS_PER_SECOND)
    const running = runLoad({ url: dis.url, aggregate: false, keys, rates, seconds, bufferBytes })
    const samples = await watchUntil(dis, running)
    const { heldBackMs } = await running
    const { from, to, perSecond } = measured(samples)
    const rateOf = (/** @type {number} */ index) => perSecond(({ partitions }) => partitions[index] ?? 0)
    const others = [1, 2, 3].reduce((sum, index) => sum + rateOf(index), 0)
    return {
      latencyMs,
      bufferMb: bufferBytes / 1_048_576,
      hotGoodput: rateOf(0) / RECORDS_PER_SECOND,
      othersGoodput: others / (3 * 0.8 * RECORDS_PER_SECOND),
      rejected: turnedAway(from, to),
      heldBackMs
    }
  } finally {
    await dis.close()
  }
}

/**
 * Records a second in the second before a sample, but not before `notBefore`; 0 if that is too short to say.
 * @param {Sample[]} samples
 * @param {Sample} sample
 * @param {number} notBefore
 */
function rateBehind(samples, sample, notBefore) {
  const from = samples.findLast(({ atMs }) => atMs <= sample.atMs - 1_000)
  if (from === undefined || from.atMs < notBefore - 1_000) return 0
  return ((sample.accepted - from.accepted) / (sample.atMs - from.atMs)) * 1_000
}

/**
 * @param {Sample[]} samples
 * @param {number} ms
 */
function lastSeconds(samples, ms) {
  const last = samples.at(-1)
  const from = last && samples.find(({ atMs }) => atMs >= last.atMs - ms)
  if (last === undefined || from === undefined) return 0
  return ((last.accepted - from.accepted) / (last.atMs - from.atMs)) * 1_000
}
