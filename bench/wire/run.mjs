/** One run of one wire form: a producer fed directly, in a process of its own. */
import { once } from 'node:events'
import { createProducer } from '@dis-logs/core'
import { disOptions } from '../cases/dis.mjs'
import { finish, job } from '../measure/child.mjs'
import { makeEntries } from '../measure/lines.mjs'
import { CpuWatch, startPool } from '../measure/threads.mjs'

/**
 * @typedef {{ available: false, reason: string } | { available: true, linesPerSecond: number, mainUs: number, allUs: number,
 *   wireBytesPerByte: number, lost: number }} WireRun
 */

const SLICE = 100

/** @type {{ url: string, bytes: number, lines: number, options: import('@dis-logs/core').DisOptions }} */
const { url, bytes, lines, options } = job()
const entries = makeEntries(bytes)
await startPool()
const producer = await create()
const watch = new CpuWatch()
const before = watch.now()
const startedAt = performance.now()
let logged = 0
for (let index = 0; index < lines; index++) {
  const { line } = entries[index % entries.length]
  logged += line.length
  if (!producer.write(line)) await once(producer, 'drain')
  if (index % SLICE === SLICE - 1) await new Promise(setImmediate)
}
await producer.flush()
const elapsedMs = performance.now() - startedAt
const after = watch.now()
watch.stop()
const { delivered, sentBytes } = producer.stats()

finish(
  /** @type {WireRun} */ ({
    available: true,
    linesPerSecond: (delivered / elapsedMs) * 1_000,
    mainUs: (after.main - before.main) / lines,
    allUs: (after.all - before.all) / lines,
    wireBytesPerByte: sentBytes / logged,
    lost: lines - delivered
  })
)

/** A form that the installed core does not have is a result, not a failure. */
async function create() {
  try {
    return createProducer({ ...disOptions({ sink: url }), ...options })
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'DisConfigError') throw error
    finish(/** @type {WireRun} */ ({ available: false, reason: error.message.slice(0, 300) }))
    // The answer is on its way and ends the process; nothing after this may run.
    return new Promise(() => {})
  }
}
