/**
 * The first part of `pnpm bench:memory`: many lines as fast as they can be logged. Memory must be bounded by the buffer's bytes
 * and not by the backlog: what was enough after a tenth of the lines must be about enough at the end.
 */
import { CASES } from '../cases/cases.mjs'
import { installPeers } from '../cases/peers.mjs'
import { runChild, startServer } from '../measure/child.mjs'

/** @import { Run } from '../cases/run.mjs' */

/** Points of the line over time. Even, so that a tenth of the lines is one of them. */
const POINTS = 20

/**
 * @typedef {{ name: string, earlyMb: number, peakMb: number, linesPerSecond: number, lost: number, peaks: [number, number][] }} BurstRow
 *   `peaks`: lines logged, and the peak until then in MB
 */

/**
 * @param {{ names: readonly string[], lines: number, early: number, bytes: number, timeoutMs: number }} given
 *   `early`: lines after which the first peak is taken
 */
export async function longBurst({ names, lines, early, bytes, timeoutMs }) {
  installPeers()
  const marks = Array.from({ length: POINTS }, (_, index) => (early / (POINTS / 10)) * (index + 1))
  const sink = await startServer(new URL('../sink/main.mjs', import.meta.url))
  /** @type {BurstRow[]} */
  const rows = []
  try {
    for (const { name } of CASES.filter((candidate) => names.includes(candidate.name))) {
      const job = { name, bytes, lines, sink: sink.url, marks: [...marks, early] }
      try {
        const run = /** @type {Run} */ (
          await runChild(new URL('../cases/run.mjs', import.meta.url), job, { timeoutMs })
        )
        const { peakMb, linesPerSecond, lost, peaks = {} } = run
        const seen = Object.entries(peaks).map(
          ([after, mb]) => /** @type {[number, number]} */ ([Number(after), mb])
        )
        rows.push({
          name,
          earlyMb: peaks[early],
          peakMb,
          linesPerSecond,
          lost,
          peaks: [...seen, [lines, peakMb]]
        })
      } catch (error) {
        console.error(`${name}: ${error instanceof Error ? error.message : error}`)
      }
    }
  } finally {
    sink.stop()
  }
  return rows
}
