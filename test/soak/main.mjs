// `pnpm soak [--seconds 600] [--seed 1] [--rate 2000] [--producers 2]`: load through faults that change. Several producers
// share one spool; they are killed, stopped and continued at random, and the server is started again. Ends with status 1 if a
// promise broke. With one producer the keys of all lives are the same, so order is checked over kills, too; with several
// each life has its own, because whoever is there first sends what another one left.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { seeded } from '../fixtures/random.mjs'
import { Books } from './books.mjs'
import { Service } from './service.mjs'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '600' },
    seed: { type: 'string', default: '1' },
    rate: { type: 'string', default: '2000' },
    producers: { type: 'string', default: '2' }
  }
})
const seconds = Number(values.seconds)
const producers = Number(values.producers)
const rate = Math.round(Number(values.rate) / producers)
const random = seeded(Number(values.seed))
const dir = mkdtempSync(join(tmpdir(), 'dis-logs-soak-'))
const books = new Books()
const service = await Service.start(books, random)
const PRODUCER = new URL('producer.mjs', import.meta.url).pathname
// Lines of one life are numbered one by one; so far apart that lives never meet.
const LIFE = 1_000_000

console.log(
  `soak: ${seconds} s at ${values.rate} lines/s by ${producers} producers on one spool, seed ${values.seed}, always, ordered`
)
const endAt = Date.now() + seconds * 1_000
let lives = 0
let kills = 0
let stops = 0
await Promise.all([changeService(), ...Array.from({ length: producers }, live)])

console.log('soak: the faults end, a last producer sends what is on disk')
await service.calm()
const last = startProducer({ ending: true })
await last.ended
await service.collect()
await service.stop()
books.rejected(`${dir}/dead.ndjson`)
rmSync(dir, { recursive: true, force: true })
report()

/** One producer after the other, until the time is over. */
async function live() {
  while (Date.now() < endAt) {
    const { child, ended } = startProducer()
    const lifeMs = Math.min(1_000 + random() * 14_000, Math.max(0, endAt - Date.now()))
    if (random() < 0.4) {
      await sleep(lifeMs / 2)
      stops++
      child.kill('SIGSTOP')
      // Longer than a heartbeat, and now and then longer than any silence that counts among machines.
      const stoppedMs = random() < 0.1 ? 70_000 : random() * 12_000
      await sleep(Math.min(stoppedMs, Math.max(1_000, endAt - Date.now())))
      child.kill('SIGCONT')
      await sleep(lifeMs / 2)
    } else await sleep(lifeMs)
    kills++
    child.kill('SIGKILL')
    await ended
    progress()
  }
}

async function changeService() {
  while (Date.now() < endAt) {
    await sleep(1_000 + random() * 4_000)
    if (random() < 0.15) await service.restart()
    else await service.changeFaults()
  }
}

function startProducer({ ending = false } = {}) {
  const life = lives++
  const first = life * LIFE
  const child = fork(PRODUCER, [
    JSON.stringify({
      first,
      ending,
      rate,
      endpoint: service.url,
      dir,
      keys: producers === 1 ? 'k' : `k${life}`
    })
  ])
  child.on('message', ({ settled, rss, damaged, warning }) => {
    if (settled !== undefined) books.settled(first, settled)
    if (rss !== undefined) books.memory(rss)
    if (damaged !== undefined) books.damaged(damaged)
    if (warning !== undefined) console.log(`soak: life ${life}: ${warning}`)
  })
  return { child, ended: once(child, 'exit') }
}

function progress() {
  const left = Math.max(0, Math.round((endAt - Date.now()) / 1_000))
  console.log(
    `soak: ${left} s left, ${kills} kills, ${stops} stops, ${service.restarts} server restarts, ${books.settledLines} lines settled`
  )
}

function report() {
  const { lost, rejected, duplicated, overtaken } = books.check()
  console.log(`
lines settled     ${books.settledLines}
records arrived   ${books.arrivals}
kills             ${kills}
stops             ${stops}
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
