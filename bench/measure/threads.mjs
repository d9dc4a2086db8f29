/**
 * CPU time of single threads. On Linux it is read from /proc/self/task/<id>/stat, in ticks of 10 ms: fine
 * for a run of seconds. Elsewhere there is one number: the process's.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { stat } from 'node:fs/promises'

const TICK_US = 10_000
/** A thread that ends takes its times with it, so they are looked at this often. */
const SAMPLE_MS = 25

/** @typedef {{ main: number, worker: number, all: number }} CpuTimes µs; all = main + worker + garbage collection, compiler, pool */

/**
 * Starts node's pool of four threads for files and names, so that a thread seen later is a worker.
 * @returns {Promise<void>}
 */
export async function startPool() {
  await Promise.all(Array.from({ length: 8 }, () => stat('.')))
}

/** Tells threads that are there now from those that come later, which are workers. */
export class CpuWatch {
  #known = new Set(threadIds())
  /** @type {Map<string, number>} */
  #workers = new Map()
  #timer = setInterval(() => this.#sample(), SAMPLE_MS)

  /** @returns {CpuTimes} since the process began */
  now() {
    this.#sample()
    const { user, system } = process.cpuUsage()
    const all = user + system
    const worker = [...this.#workers.values()].reduce((sum, time) => sum + time, 0)
    return { main: timeOf(String(process.pid)) ?? all, worker, all }
  }

  stop() {
    clearInterval(this.#timer)
  }

  #sample() {
    for (const id of threadIds()) {
      if (this.#known.has(id)) continue
      const time = timeOf(id)
      if (time !== undefined) this.#workers.set(id, time)
    }
  }
}

/** Largest resident size since the process began, in bytes. */
export function peakMemory() {
  try {
    // Not maxRSS where this exists: a forked process inherits that from its parent.
    const peak = /VmHWM:\s*(\d+) kB/.exec(readFileSync('/proc/self/status', 'latin1'))
    if (peak) return Number(peak[1]) * 1_024
  } catch {
    // Not on Linux.
  }
  return process.resourceUsage().maxRSS * 1_024
}

/**
 * @param {string} id
 * @returns {number | undefined} µs; undefined if there is no such thread, or no /proc
 */
function timeOf(id) {
  try {
    const text = readFileSync(`/proc/self/task/${id}/stat`, 'latin1')
    // The name may hold spaces and brackets. After its last bracket come numbers: utime and stime are the 12th and 13th.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return (Number(fields[11]) + Number(fields[12])) * TICK_US
  } catch {
    return undefined
  }
}

/** @returns {string[]} */
function threadIds() {
  try {
    return readdirSync('/proc/self/task')
  } catch {
    return []
  }
}
