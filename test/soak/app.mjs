// One life of an application of the soak: logs at a rate, waits for room as it should, and tells what is settled. It may be
// stopped or killed at any moment. SIGTERM ends it as the README says: close, and nothing else; then it must end by itself.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { fieldsOf } from './lines.mjs'
import { LOGGERS, withFunctions } from './loggers.mjs'

const { kind, options, writer, stream, first, load } = JSON.parse(process.argv[2])
const TICK_MS = 20
const TELL_MS = 250

const given = { dropped: 0, rejected: 0 }
const logger = LOGGERS[kind](withFunctions(options), (name, event) => {
  if (name === 'warning') tell({ kind: 'warning', code: event.code, message: event.message })
  else given[name] += event.lines
})
const loop = { stallMs: 0, delay: undefined, timer: undefined }
let next = first
let isCalm = false
/** Nothing more is written: who waits for room waits no longer. */
const over = new AbortController()
let isEnding = false
let blockedMs = 0

process.on('message', (message) => {
  if (message !== 'calm') return
  isCalm = true
  over.abort()
})
// The one who started this is gone: nobody would end it.
process.on('disconnect', () => process.exit(3))
process.once('SIGTERM', () => void end())
tell({ kind: 'started' })
watchLoop()
void write()
void flush()
void tellStats()

async function write() {
  while (!isEnding && !isCalm) {
    for (let line = 0; line < (load.rate * TICK_MS) / 1_000; line++) {
      if (!logger.write(lineOf(next++))) {
        const since = performance.now()
        await logger.room(over.signal).catch(() => {})
        blockedMs += performance.now() - since
      }
      if (isEnding || isCalm) return
    }
    await sleep(TICK_MS)
  }
}

function lineOf(n) {
  const [shortest, longest] = load.lengths
  // Spread over the range, and the same for the same number.
  const spread = shortest + ((n * 7_919) % (longest - shortest + 1))
  const length = load.giantEvery > 0 && n % load.giantEvery === 7 ? 1_100_000 : spread
  return fieldsOf({ writer, stream, n, key: keyOf(n), length })
}

function keyOf(n) {
  const { mode, count, prefix } = load.keys
  if (mode === 'unique') return `${prefix}-${n}`
  if (mode === 'hot') return n % 10 < 8 ? `${prefix}-hot` : `${prefix}-${n % count}`
  return `${prefix}-${n % count}`
}

async function flush() {
  while (!isEnding) {
    const upTo = next
    const report = await logger.flush().catch(() => undefined)
    if (report?.pending === 0 && !isEnding) tell({ kind: 'settled', next: upTo, ...lossesOf(report) })
    await sleep(load.flushEveryMs)
  }
}

async function tellStats() {
  while (!isEnding) {
    const wasCalm = isCalm
    const logged = next - first
    const stats = await logger.stats().catch(() => undefined)
    if (stats !== undefined && !isEnding)
      tell({ kind: 'stats', stats, wasCalm, logged, blockedMs, ...loopFigures() })
    await sleep(TELL_MS)
  }
}

async function end() {
  isEnding = true
  over.abort()
  const stats = await logger.close()
  clearInterval(loop.timer)
  const losses = lossesOf({
    dropped: Math.max(stats?.dropped ?? 0, given.dropped),
    rejected: Math.max(stats?.rejected ?? 0, given.rejected)
  })
  process.removeAllListeners('disconnect')
  process.send({ kind: 'closed', next, stats, logged: next - first, ...losses, ...loopFigures() }, () =>
    process.disconnect()
  )
}

/** Lines that were given up and are nowhere: with a file for dead letters, those that were rejected are in there. */
function lossesOf({ dropped, rejected }) {
  return { givenUp: dropped + (options.deadLetter === undefined ? rejected : 0) }
}

/**
 * How long the loop was held up. A stall counts with the processor time that it took, too: a process that was stopped, or that waits
 * for its turn on a busy machine, uses none.
 */
function watchLoop() {
  const delay = monitorEventLoopDelay({ resolution: 10 })
  delay.enable()
  let at = performance.now()
  let cpu = process.cpuUsage()
  const timer = setInterval(() => {
    const [now, used] = [performance.now(), process.cpuUsage()]
    const cpuMs = (used.user + used.system - cpu.user - cpu.system) / 1_000
    loop.stallMs = Math.max(loop.stallMs, Math.min(now - at - TICK_MS, cpuMs))
    at = now
    cpu = used
  }, TICK_MS)
  Object.assign(loop, { delay, timer })
  timer.unref()
}

function loopFigures() {
  const { stallMs, delay } = loop
  return {
    stallMs: Math.round(stallMs),
    p99Ms: Math.round(delay.percentile(99) / 1e6),
    rss: process.memoryUsage.rss()
  }
}

function tell(message) {
  if (process.connected) process.send(message, () => {})
}

function sleep(ms) {
  // Unreferenced: nothing but the channel to the soak keeps it alive, so it ends by itself when the channel and the logger are closed.
  return new Promise((resolve) => setTimeout(resolve, ms).unref())
}
