/**
 * A buffer that fills, is full, and is emptied: the script of a child process, which needs `--expose-gc`. Memory is what is
 * really held after a collection, less what was held before the first line of the case.
 */
import { once } from 'node:events'
import { monitorEventLoopDelay, PerformanceObserver } from 'node:perf_hooks'
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { createProducer } from '@dis-logs/core'
import { disOptions } from '../cases/dis.mjs'
import { finish, job } from '../measure/child.mjs'
import { makeLine, WARM_UP } from './lines.mjs'

/**
 * @typedef {object} BufferCase
 * @property {string} url
 * @property {'block' | 'dropOldest' | 'dropNewest'} onFull
 * @property {number} keys how many keys take turns
 * @property {boolean} hangs the service hangs while lines are written; else it throttles one key
 * @property {number} maxBytes
 * @property {number} lines written at most
 * @property {number} seconds of writing at most
 */

/**
 * @typedef {object} BufferReport
 * @property {number} heldFull bytes when writing ended
 * @property {number | null} heldStuck bytes when only the throttled key's lines were left
 * @property {number} heldAfter bytes when all was delivered
 * @property {number} linesPerSecond
 * @property {number} stallMs longest time in which the event loop did not turn
 * @property {number} gcMs longest pause for garbage collection
 * @property {number} left lines that were not settled within a minute
 */

const LINES_A_TURN = 100
const WARM_UP_LINES = 2_000
const PATIENCE_MS = 60_000

/** @type {BufferCase} */
const { url, onFull, keys, hangs, maxBytes, lines, seconds } = job()
const producer = createProducer({ ...disOptions({ sink: url }), buffer: { maxBytes, onFull } })

const loopDelay = monitorEventLoopDelay({ resolution: 1 })
let stallMs = 0
let gcMs = 0
const collections = new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) gcMs = Math.max(gcMs, duration)
})

// Connections, compiled code and the first page are not the backlog's.
for (let index = 0; index < WARM_UP_LINES; index++) producer.write(makeLine(index, WARM_UP))
await producer.flush()
const baseline = await held()

await service(hangs ? 'hang' : 'throttle')
watch()
const startedAt = performance.now()
let index = 0
while (index < lines && performance.now() - startedAt < seconds * 1_000) {
  if (!writeTurn()) {
    // A service that hangs gives no room.
    if (hangs) break
    await Promise.race([once(producer, 'drain'), sleep(1_000)])
  }
  await nextTurn()
}
const linesPerSecond = (index / (performance.now() - startedAt)) * 1_000
unwatch()
const heldFull = (await held()) - baseline

watch()
let heldStuck = null
if (!hangs) {
  await onlyStuckLeft()
  unwatch()
  heldStuck = (await held()) - baseline
  watch()
}
await service('answer')
const { pending } = await producer.flush({ timeoutMs: PATIENCE_MS })
unwatch()
const heldAfter = (await held()) - baseline
finish(
  /** @type {BufferReport} */ ({
    heldFull,
    heldStuck,
    heldAfter,
    linesPerSecond,
    stallMs,
    gcMs,
    left: pending
  })
)

/** @returns {boolean} false when the buffer is full */
function writeTurn() {
  for (let turn = 0; turn < LINES_A_TURN; turn++) {
    const key = index % keys
    if (!producer.write(makeLine(index++, key))) return false
  }
  return true
}

/** Waits until the lines of the other keys have gone: the count no longer falls. */
async function onlyStuckLeft() {
  const until = performance.now() + PATIENCE_MS
  for (let before = Number.POSITIVE_INFINITY; performance.now() < until; ) {
    const { buffered } = producer.stats()
    if (buffered >= before) return
    before = buffered
    await sleep(500)
  }
}

/** @param {import('./service.mjs').Mode} mode */
async function service(mode) {
  await fetch(`${url}/-/mode`, { method: 'POST', body: mode })
}

/** Bytes held, external memory with its buffers included. */
async function held() {
  for (let round = 0; round < 3; round++) {
    globalThis.gc?.()
    await sleep(20)
  }
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

// Collections that the bench asks for are nobody's stall.
function watch() {
  collections.observe({ entryTypes: ['gc'] })
  loopDelay.reset()
  loopDelay.enable()
}

function unwatch() {
  loopDelay.disable()
  collections.disconnect()
  stallMs = Math.max(stallMs, loopDelay.max / 1e6)
}
