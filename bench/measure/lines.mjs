/**
 * The lines that every case logs: what a web service writes, from a seeded generator, so that each run and
 * each case sees the same ones. A pool that is gone through again and again: making a line must not be
 * what is measured.
 */
import { chance } from './chance.mjs'

const POOL = 2_000
const METHODS = ['GET', 'POST', 'PUT', 'DELETE']
const WORDS =
  'order cart user session payment refund stock price invoice address login token mail queue'.split(' ')

/** The sink counts lines by this: it stands once in each of them, whatever protocol wraps it. */
export const MARKER = 'reqId'

/**
 * What an application passes to its logger.
 * @typedef {{ fields: Record<string, unknown>, message: string, line: string }} Entry
 *   `line` is the same as a logger would write it
 */

/**
 * @param {number} bytes about how long a line is
 * @returns {Entry[]}
 */
export function makeEntries(bytes) {
  const random = chance(bytes)
  return Array.from({ length: POOL }, (_, index) => makeEntry(index, bytes, random))
}

/**
 * @param {number} index
 * @param {number} bytes
 * @param {() => number} random
 * @returns {Entry}
 */
function makeEntry(index, bytes, random) {
  const word = () => WORDS[Math.floor(random() * WORDS.length)]
  const fields = {
    [MARKER]: `req-${index.toString(36)}-${Math.floor(random() * 2 ** 32).toString(36)}`,
    req: { method: METHODS[index % METHODS.length], url: `/api/${word()}/${Math.floor(random() * 1e6)}` },
    responseTime: Math.round(random() * 10_000) / 100
  }
  const message = `request completed: ${word()} ${word()}`
  const line = () =>
    JSON.stringify({
      level: 30,
      time: 1_795_000_000_000 + index,
      pid: 4242,
      hostname: 'web-01',
      ...fields,
      msg: message
    })
  // Words, not one letter again and again: compression and escaping should meet something like text.
  const missing = bytes - line().length - '"detail":"",'.length
  if (missing > 0) {
    let detail = ''
    while (missing > detail.length) detail += `${word()}=${Math.floor(random() * 1e5)} `
    Object.assign(fields, { detail: detail.slice(0, missing) })
  }
  return { fields, message, line: line() }
}
