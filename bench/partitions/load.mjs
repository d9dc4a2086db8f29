/**
 * A producer under a steady load: the script of a child process. Lines are written at a rate for each
 * partition, whatever becomes of them; only a full buffer holds them back, as it would an application.
 */
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { createProducer } from '@dis-logs/core'
import { disOptions } from '../cases/dis.mjs'
import { finish, job } from '../measure/child.mjs'
import { newKey } from './keys.mjs'

/**
 * @typedef {object} Load
 * @property {string} url
 * @property {boolean} aggregate
 * @property {string[][] | 'new' | 'none'} keys keys of each partition; a new one for each line; `partitionKey: null`
 * @property {number[]} rates lines a second for each partition; one rate where keys are not given
 * @property {number} seconds
 * @property {number} settleMs time after the last line in which lines still arrive
 * @property {number} bufferBytes
 */

/** @typedef {{ lines: number, offered: number, heldBackMs: number, window: number }} LoadReport lines written, and a second */

const BYTES = 250
const TICK_MS = 10

/** @type {Load} */
const { url, aggregate, keys, rates, seconds, settleMs, bufferBytes } = job()
const producer = createProducer({
  ...disOptions({ sink: url, aggregate }),
  ...(keys === 'none' && { partitionKey: null }),
  buffer: { maxBytes: bufferBytes }
})
const headOf = (/** @type {string} */ key) => `{"level":30,"pid":4242,"hostname":"${key}","time":`
const heads = Array.isArray(keys) ? keys.map((names) => names.map(headOf)) : [[headOf('web-1')]]
const tail = `,"msg":"${'request completed '.repeat(20)}`
const written = rates.map(() => 0)
let heldBackMs = 0
const startedAt = performance.now()
while (performance.now() - startedAt < seconds * 1_000) {
  if (!writeDue(performance.now() - startedAt)) {
    const since = performance.now()
    await Promise.race([once(producer, 'drain'), sleep(1_000)])
    heldBackMs += performance.now() - since
  }
  await sleep(TICK_MS)
}
const { window } = producer.stats()
const lines = written.reduce((sum, count) => sum + count, 0)
await sleep(settleMs)
// What is still buffered is of no interest: goodput and delays have been seen by the server.
finish(/** @type {LoadReport} */ ({ lines, offered: lines / seconds, heldBackMs, window }))

/**
 * Writes what is due by now, in turns of a few, so that no partition waits for another's thousands.
 * @param {number} elapsedMs
 * @returns {boolean} false when the buffer is full
 */
function writeDue(elapsedMs) {
  for (let behind = true; behind; ) {
    behind = false
    for (let partition = 0; partition < rates.length; partition++) {
      const due = Math.floor((rates[partition] * elapsedMs) / 1_000)
      for (let turn = 0; turn < 20 && written[partition] < due; turn++) {
        if (!producer.write(makeLine(partition, written[partition]++))) return false
      }
      behind ||= written[partition] < due
    }
    // After a pause, or on a machine that is too slow for the load, everything cannot be made up for at once.
    if (performance.now() - startedAt - elapsedMs > 200) return true
  }
  return true
}

/**
 * @param {number} partition
 * @param {number} index
 */
function makeLine(partition, index) {
  const names = heads[partition]
  const head = keys === 'new' ? headOf(newKey(index)) : names[index % names.length]
  const text = head + Date.now() + tail
  return `${text.slice(0, BYTES - 2)}"}`
}
