/** What the sink has seen, asked from the process that is measured. */
import { setTimeout as sleep } from 'node:timers/promises'

/** A library that says nothing of its end has delivered what it will when nothing has come for so long. */
const QUIET_MS = 4_000

/** @typedef {{ lines: number, lastAt: number, delays: [number, number][] }} Seen what the sink answers; `delays` as a Histogram has them */

/** Milliseconds since 1970, comparable with those of other processes on the machine. */
export const now = () => performance.timeOrigin + performance.now()

/**
 * Begins anew, with what the sender says about itself.
 * @param {string} sink
 * @param {{ aggregated?: boolean, timed?: { from: number, until: number } }} sender
 */
export async function resetSink(sink, sender) {
  await fetch(`${sink}/-/reset`, { method: 'POST', body: JSON.stringify(sender) })
}

/**
 * What the sink has counted once it has all, or nothing more comes.
 * @param {string} sink
 * @param {number} lines
 * @returns {Promise<Seen>}
 */
export async function arrivals(sink, lines) {
  let last = -1
  let changedAt = now()
  for (;;) {
    const response = await fetch(`${sink}/-/count`)
    const seen = /** @type {Seen} */ (await response.json())
    if (seen.lines >= lines) return seen
    if (seen.lines !== last) changedAt = now()
    else if (now() - changedAt > QUIET_MS) return seen
    last = seen.lines
    // Seldom: the time that counts is the sink's own, and asking is work for the process that is measured.
    await sleep(100)
  }
}
