// What a line costs with that many keys, in a process of its own: node cost.mjs <parameters>
import { pause, producerFor, Stream } from './stream.mjs'

const { policy, keys, maxBytes, phaseMs, options } = JSON.parse(process.argv[2])
const RUN = 1_000

const stream = new Stream()
const producer = producerFor(stream, {
  partitionKey: 'k',
  // Small requests, so that what this process does for the service is no stall.
  batch: { maxRecords: 100 },
  concurrency: { max: 4 },
  buffer: { maxBytes, onFull: policy },
  ...options
})
let written = 0
let isBlocked = false
producer.on('drain', () => {
  isBlocked = false
})

/** CPU time of this process so far, in ms: unlike wall time it does not tell what else the machine does. */
function cpuMs() {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}

/** Some lines in one go; ends when the writer has to wait. */
function run() {
  for (let index = 0; index < RUN && !isBlocked; index++) {
    // 0: never the same key twice.
    const id = `key-${10_000_000 + (keys === 0 ? written : written % keys)}`
    isBlocked = !producer.write(`{"k":"${id}","n":${written++},"msg":"a line about nothing in particular"}`)
  }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

/** Lines that came in, and those that went out: a writer who waits for room writes few, while the work for the others goes on. */
function moved() {
  return written + producer.stats().delivered
}

/** Runs, as many as fit into the time, with the event loop free between them. */
async function phase() {
  const turns = []
  const from = moved()
  const startedAt = performance.now()
  const startedMs = cpuMs()
  let at = startedMs
  while (performance.now() - startedAt < phaseMs) {
    run()
    await (isBlocked ? pause(1) : turn())
    const now = cpuMs()
    turns.push(now - at)
    at = now
  }
  turns.sort((a, b) => b - a)
  const lines = moved() - from
  return {
    lines,
    microsecondsPerLine: ((at - startedMs) * 1_000) / lines,
    turns: turns.length,
    stallMs: turns[0] ?? Number.POSITIVE_INFINITY
  }
}

// Warm, and every partition known.
stream.latencyMs = 0
for (let index = 0; index < 20; index++) {
  run()
  await turn()
}
await producer.flush()
// Full.
stream.hold()
const full = (maxBytes / 144) * 1.02
for (let index = 0; index < full / RUN && !isBlocked; index++) {
  run()
  await turn()
}
const held = policy === 'block' ? undefined : await phase()
stream.latencyMs = 5
stream.release()
const flowing = await phase()
const { dropped, delivered } = producer.stats()
process.send({ held, flowing, dropped, delivered, written })
process.exit(0)
