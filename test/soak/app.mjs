// One life of an application of the soak: logs at a rate, waits for room as it should, and tells what is settled. It may be
// stopped or killed at any moment. SIGTERM ends it as the README says: close, and nothing else; then it must end by itself.
import { readFileSync } from 'node:fs'
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
const loop = { stallMs: 0, timer: undefined }
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
// What has a worker is ready when that answers: until then its code is loaded, and an end would have to wait for that.
logger
  .stats()
  .catch(() => {})
  .then(() => tell({ kind: 'started' }))
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
  let at = performance.now()
  let cpuMs = cpuMsOfThread()
  loop.timer = setInterval(() => {
    const [now, usedMs] = [performance.now(), cpuMsOfThread()]
    loop.stallMs = Math.max(loop.stallMs, Math.min(now - at - TICK_MS, usedMs - cpuMs))
    at = now
    cpuMs = usedMs
  }, TICK_MS)
  loop.timer.unref()
}

/** Of the main thread: that of the process counts its workers, too. Where the system does not say it, that has to do. */
function cpuMsOfThread() {
  try {
    return Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'latin1').split(' ')[0]) / 1e6
  } catch {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1_000
  }
}

function loopFigures() {
  return { stallMs: Math.round(loop.stallMs), rss: process.memoryUsage.rss() }
}

function tell(message) {
  if (process.connected) process.send(message, () => {})
}

function sleep(ms) {
  // Unreferenced: nothing but the channel to the soak keeps it alive, so it ends by itself when the channel and the logger are closed.
  return new Promise((resolve) => setTimeout(resolve, ms).unref())
}
