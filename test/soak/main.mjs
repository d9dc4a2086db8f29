// `pnpm soak [--seconds 600] [--seed 1] [--rate 2000]`: load through faults that change, while producer and server are
// killed and started again. Ends with status 1 if a promise broke.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Books } from './books.mjs'
import { Service } from './service.mjs'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '600' },
    seed: { type: 'string', default: '1' },
    rate: { type: 'string', default: '2000' }
  }
})
const seconds = Number(values.seconds)
const random = seeded(Number(values.seed))
const dir = mkdtempSync(join(tmpdir(), 'dis-logs-soak-'))
const books = new Books()
const service = await Service.start(books, random)
const PRODUCER = new URL('producer.mjs', import.meta.url).pathname

console.log(`soak: ${seconds} s at ${values.rate} lines/s, seed ${values.seed}, spool always, ordered`)
const endAt = Date.now() + seconds * 1_000
let next = 0
let kills = 0
while (Date.now() < endAt) {
  const producer = startProducer(next)
  const lifeMs = Math.min(1_000 + random() * 9_000, Math.max(0, endAt - Date.now()))
  const changes = 1 + Math.floor(random() * 3)
  for (let change = 0; change < changes; change++) {
    await sleep(lifeMs / changes)
    if (random() < 0.15) await service.restart()
    else await service.changeFaults()
  }
  kills++
  producer.child.kill('SIGKILL')
  await producer.ended
  // Lines that were not settled may be lost, and their numbers are not used again.
  next = producer.told.written + 1_000_000
  progress()
}

console.log('soak: the faults end, a last producer sends what is on disk')
await service.calm()
const last = startProducer(next, { ending: true })
await last.ended
await service.collect()
await service.stop()
books.rejected(`${dir}/dead.ndjson`)
rmSync(dir, { recursive: true, force: true })
report()

function startProducer(first, { ending = false } = {}) {
  const told = { written: first, settled: first }
  const child = fork(PRODUCER, [
    JSON.stringify({ first, ending, rate: Number(values.rate), endpoint: service.url, dir })
  ])
  child.on('message', ({ written, settled, rss, damaged }) => {
    told.written = written ?? told.written
    if (settled !== undefined) books.settled(first, settled)
    if (rss !== undefined) books.memory(rss)
    if (damaged !== undefined) books.damaged(damaged)
  })
  return { child, told, ended: once(child, 'exit') }
}

function progress() {
  const left = Math.max(0, Math.round((endAt - Date.now()) / 1_000))
  console.log(
    `soak: ${left} s left, ${kills} kills, ${service.restarts} server restarts, ${books.settledLines} lines settled`
  )
}

function report() {
  const { lost, rejected, duplicated, overtaken } = books.check()
  console.log(`
lines settled     ${books.settledLines}
records arrived   ${books.arrivals}
kills             ${kills}
server restarts   ${service.restarts}
damaged places    ${books.damagedPlaces} (torn ends of killed producers)
lost              ${lost}
rejected          ${rejected} (in the dead-letter file: a single line that was "too large")
duplicated        ${duplicated} (answers that never came, and producers that were killed before they had one)
overtaken         ${overtaken}
peak memory       ${Math.round(books.peakRss / 1_048_576)} MiB`)
  const isKept = lost === 0 && overtaken === 0 && books.settledLines > 0
  console.log(isKept ? 'every promise was kept' : 'A PROMISE BROKE')
  process.exitCode = isKept ? 0 : 1
}

function sleep(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** Numbers that can be repeated. */
function seeded(seed) {
  let state = (seed % 2_147_483_646) + 1
  return () => {
    state = (state * 16_807) % 2_147_483_647
    return state / 2_147_483_647
  }
}
