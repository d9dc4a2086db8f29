/** The local DIS as these scenarios need it: its limits on, its keys known, its counters watched. */
import { createLocalDis } from '@dis-logs/local'

const STREAM = 'bench'
const KEYS = 8
const SAMPLE_MS = 100

/** @typedef {{ atMs: number, accepted: number, throttled: number, bytes: number, partitions: number[] }} Sample */

/**
 * @param {{ partitions: number, latencyMs: number, limits: { recordsPerSecond?: number, burstMs?: number } }} options
 */
export async function startDis({ partitions, latencyMs, limits }) {
  const dis = await createLocalDis({ port: 0, streams: [{ name: STREAM, partitions }], limits: false })
  const keys = await findKeys(dis.url, partitions)
  await dis.setLimits(limits)
  if (latencyMs > 0) await dis.faults.add({ kind: 'slow', delayMs: latencyMs })
  return { dis, keys }
}

/**
 * The same number of keys for each partition, found by asking: with keys left to chance, one partition would
 * be full while another is idle, and the figures would be about the hash.
 * @param {string} url
 * @param {number} partitions
 * @returns {Promise<string[][]>}
 */
async function findKeys(url, partitions) {
  /** @type {string[][]} */
  const keys = Array.from({ length: partitions }, () => [])
  for (let from = 0; keys.some((found) => found.length < KEYS); from += 100) {
    const names = Array.from({ length: 100 }, (_, index) => `web-${from + index}`)
    const records = names.map((name) => ({ data: 'e30=', partition_key: name }))
    const response = await fetch(`${url}/v2/bench/records`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ stream_name: STREAM, records })
    })
    const answer = /** @type {{ records: { partition_id: string }[] }} */ (await response.json())
    for (const [index, { partition_id: id }] of answer.records.entries()) {
      keys[partitionIndex(id)]?.push(names[index] ?? '')
    }
  }
  return keys.map((found) => found.slice(0, KEYS))
}

/** @param {string} id shardId-0000000003 */
function partitionIndex(id) {
  return Number(id.slice(id.indexOf('-') + 1))
}

/**
 * Takes samples of the server's counters from its first record on, until `until` is settled.
 * @param {import('@dis-logs/local').LocalDis} dis
 * @param {Promise<unknown>} until
 * @param {(atMs: number) => Promise<void>} [eachSample]
 * @returns {Promise<Sample[]>}
 */
export async function watchUntil(dis, until, eachSample) {
  let isOver = false
  const over = () => {
    isOver = true
  }
  until.then(over, over)
  /** @type {Sample[]} */
  const samples = []
  const idle = await dis.stats()
  let startedAt
  while (!isOver) {
    const stats = await dis.stats()
    const now = performance.now()
    if (stats.recordsAccepted > idle.recordsAccepted) {
      startedAt ??= now
      const { partitions = {} } = stats.streams[STREAM] ?? {}
      samples.push({
        atMs: now - startedAt,
        accepted: stats.recordsAccepted,
        throttled: stats.recordsThrottled,
        bytes: stats.bytesAccepted,
        partitions: Object.values(partitions).map(({ recordsAccepted }) => recordsAccepted)
      })
      await eachSample?.(now - startedAt)
    }
    await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS))
  }
  return samples
}

/**
 * From log call to acknowledgement, of the lines logged after the warm-up. The server notes when it stores a record, which is
 * when it answers: after the time that it takes.
 * @param {import('@dis-logs/local').LocalDis} dis
 * @param {number} warmUpMs
 */
export async function delaysOf(dis, warmUpMs) {
  const records = await dis.records(STREAM)
  const step = Math.max(1, Math.floor(records.length / 5_000))
  /** @type {number[]} */
  const delays = []
  let firstAt
  for (let index = 0; index < records.length; index += step) {
    const { data, timestamp } = records[index]
    const time = Number(/"time":(\d+)/.exec(data.subarray(0, 200).toString('latin1'))?.[1] ?? Number.NaN)
    if (Number.isNaN(time)) continue
    firstAt ??= time
    if (time - firstAt >= warmUpMs) delays.push(timestamp - time)
  }
  return delays
}
