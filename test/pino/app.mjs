// An application that logs through pino in one of its arrangements, and ends in one of the ways in which applications end.
// argv[2]: { version, arrangement, options, lines, ending } as JSON.
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { disStream, flushOf, statsOf } from 'pino-dis'

const { version, arrangement, options, lines, ending, pad = '', worker = {} } = JSON.parse(process.argv[2])
const { pino } = await import(version)

const dis = { target: 'pino-dis', options }
const beside = { target: 'pino/file', options: { destination: '/dev/null' } }
const pipeline = [{ target: fileURLToPath(new URL('pass.mjs', import.meta.url)) }, dis]

/** The stream for the logger, and the transport in which DIS is. */
const arrangements = {
  target: () => alone(pino.transport({ ...dis, worker })),
  targets: () => alone(pino.transport({ targets: [dis, beside], worker })),
  pipeline: () => alone(pino.transport({ pipeline, worker })),
  'pipeline among targets': () => alone(pino.transport({ targets: [{ pipeline }, beside], worker })),
  multistream() {
    const transport = pino.transport({ ...dis, worker })
    const console = pino.destination({ dest: '/dev/null', sync: true })
    const stream = pino.multistream([{ stream: transport }, { stream: console }])
    return { transport, stream: Object.assign(stream, { flush: (done) => transport.flush(done) }) }
  },
  disStream: () => alone(disStream(options))
}

function alone(stream) {
  return { transport: stream, stream }
}

const { stream, transport } = arrangements[arrangement]()
const logger = pino({ base: { hostname: 'h' } }, stream)
for (const name of ['dis:warning', 'dis:dropped', 'dis:rejected']) {
  transport.on(name, (event) => process.connected && process.send({ [name]: event }))
}
transport.on('error', (error) => process.connected && process.send({ error: error.message }))

const endings = {
  'by itself': () => process.disconnect(),
  async 'logger.flush'() {
    await new Promise((resolve) => logger.flush(resolve))
    process.kill(process.pid, 'SIGKILL')
  },
  async flushOf() {
    await (arrangement === 'disStream' ? transport.flush() : flushOf(transport))
    process.kill(process.pid, 'SIGKILL')
  },
  'process.exit()': () => process.exit(0),
  SIGTERM() {
    process.once('SIGTERM', () => process.exit(0))
    process.kill(process.pid, 'SIGTERM')
    setInterval(() => {}, 1_000)
  },
  async 'SIGTERM much later'() {
    // Longer than the time in which the worker takes all because it has just started.
    await setTimeout(6_500)
    logAll()
    endings.SIGTERM()
  },
  async 'stay and measure'() {
    // Not all at once: pino's own queue and its garbage would be larger than what is measured.
    for (let logged = 1; logged < 40; logged++) {
      await setTimeout(10)
      logAll()
    }
    // The worker is through when all is counted, or when nothing is counted any more.
    let stats = await counters()
    for (let written = -1; written !== stats.written; ) {
      written = stats.written
      await setTimeout(1_000)
      stats = await counters()
    }
    globalThis.gc()
    process.send({ rss: process.memoryUsage.rss(), stats }, () => process.kill(process.pid, 'SIGKILL'))
  },
  'uncaught exception'() {
    setImmediate(() => {
      throw new Error('a bug of the application')
    })
  },
  async 'flushSync() and end()'() {
    // Its queue is full, and not empty before the service answers.
    await setTimeout(1_000)
    transport.flushSync()
    await endings['end()']()
  },
  async 'end()'() {
    // An unreferenced worker keeps no process alive until its end is heard of.
    const alive = setInterval(() => {}, 1_000)
    transport.end()
    await once(transport, 'close')
    clearInterval(alive)
    process.disconnect()
  }
}

let n = 0
logAll()
await endings[ending]()

function logAll() {
  for (let count = 0; count < lines; count++) logger.info({ n: n++, pad }, 'a line of the application')
}

/** The counters of each DIS stream. */
async function counters() {
  // The thread answers when it has read what was written before, which takes a while.
  return arrangement === 'disStream'
    ? transport.stats()
    : statsOf(transport, undefined, { timeoutMs: 50_000 })
}
