/** One partition of twenty takes nothing: what becomes of the lines of the others? */
import { startServer } from '../measure/child.mjs'
import { newKey, partitionOfKey } from './keys.mjs'
import { runLoad } from './measured.mjs'

/** @import { FaultyCounts, FaultyStream } from './faulty-server.mjs' */

const PARTITIONS = 20
const FAILING = 7
const LINES_PER_SECOND = 5_000
/** A line that is written last has this long to arrive. */
const SETTLE_MS = 1_000

/**
 * @param {{ code: string, keys: 'new' | 'none', latencyMs: number, seconds: number }} given
 *   `code`: what each record for the failing partition is answered with
 */
export async function failingPartition({ code, keys, latencyMs, seconds }) {
  /** @type {FaultyStream} */
  const stream = { partitions: PARTITIONS, failing: FAILING, code, latencyMs }
  const server = await startServer(new URL('./faulty-server.mjs', import.meta.url), stream)
  try {
    const load = { url: server.url, aggregate: false, keys, rates: [LINES_PER_SECOND], seconds }
    const { lines, offered } = await runLoad({ ...load, settleMs: SETTLE_MS })
    const response = await fetch(`${server.url}/-/counts`)
    const { accepted, turnedAway } = /** @type {FaultyCounts} */ (await response.json())
    const arrived = accepted.reduce((sum, count) => sum + count, 0)
    return {
      code,
      keys,
      latencyMs,
      offered,
      arrived: arrived / (keys === 'new' ? linesOfOthers(lines) : lines),
      turnedAway: turnedAway / (arrived + turnedAway)
    }
  } finally {
    server.stop()
  }
}

/**
 * How many of the first lines have a key of another partition.
 * @param {number} lines
 */
function linesOfOthers(lines) {
  let count = 0
  for (let index = 0; index < lines; index++) {
    if (partitionOfKey(newKey(index), PARTITIONS) !== FAILING) count++
  }
  return count
}
