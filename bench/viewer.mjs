/**
 * `pnpm bench:viewer`: what an open page costs the local DIS. Pairs of runs on one server, without and with the page, the first of them in
 * turn. The page is a process that takes the events, or a real Chromium, which takes its share of the processors besides.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { createLocalDis } from '@dis-logs/local'
import { readFlags } from './measure/flags.mjs'
import { median } from './measure/median.mjs'
import { CpuWatch, startPool } from './measure/threads.mjs'
import { bodiesOf, load } from './viewer/load.mjs'

const flags = readFlags('pnpm bench:viewer -- what an open page costs the local DIS', {
  pairs: { default: 12, about: 'pairs of runs, without and with a page' },
  seconds: { default: 3, about: 'of a run' },
  records: { default: 500, about: 'records of a request' },
  bytes: { default: 250, about: 'of a line' },
  keys: { default: 50, about: 'different keys' },
  browser: {
    default: '',
    about: 'path of a Chromium that opens the page; without it a process takes the events'
  }
})

await startPool()
const watch = new CpuWatch()
const dis = await createLocalDis({
  streams: [{ name: 'app-logs', partitions: 3 }],
  limits: false,
  maxBytes: 64 * 1_048_576
})
const bodies = bodiesOf(flags)

/** @returns {Promise<() => Promise<unknown>>} what closes the page */
async function openPage() {
  if (flags.browser !== '') return openBrowser()
  const child = spawn(process.execPath, [
    new URL('viewer/watcher.mjs', import.meta.url).pathname,
    String(dis.viewerUrl)
  ])
  await once(child.stdout, 'data')
  return async () => {
    child.kill()
    await once(child, 'close')
  }
}

async function openBrowser() {
  const { chromium } = createRequire(new URL('../test/viewer/package.json', import.meta.url))(
    'playwright-core'
  )
  const browser = await chromium.launch({
    executablePath: flags.browser,
    args: ['--no-sandbox', '--disable-gpu']
  })
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  await page.goto(String(dis.viewerUrl))
  await page.locator('#condition[data-kind=open]').waitFor()
  return () => browser.close()
}

/** One run: records a second, and the server's own processor time for each. */
async function measure() {
  const before = watch.now().worker
  const startedAt = performance.now()
  const requests = await load(dis.url, bodies, flags.seconds * 1_000)
  const seconds = (performance.now() - startedAt) / 1_000
  const records = requests * flags.records
  return { perSecond: records / seconds, micros: (watch.now().worker - before) / records }
}

async function measureWithPage() {
  const close = await openPage()
  const measured = await measure()
  await close()
  return measured
}

await measure()
const pairs = []
for (let pair = 0; pair < flags.pairs; pair++) {
  const first = pair % 2 === 0 ? await measure() : await measureWithPage()
  const second = pair % 2 === 0 ? await measureWithPage() : await measure()
  pairs.push(pair % 2 === 0 ? { without: first, with: second } : { without: second, with: first })
}
watch.stop()
await dis.close()

const middle = (/** @type {(pair: typeof pairs[number]) => number} */ of) => median(pairs.map(of))
const told = (/** @type {(pair: typeof pairs[number]) => { perSecond: number, micros: number }} */ of) => {
  const perSecond = Math.round(middle((pair) => of(pair).perSecond))
  return `${perSecond} records/s, ${middle((pair) => of(pair).micros).toFixed(2)} µs of the server's thread each`
}
// What a page costs is the same each second, so a server that is busy all the time loses that part of its throughput.
const costMs = middle((pair) => ((pair.with.micros - pair.without.micros) * pair.with.perSecond) / 1_000)
const ratio = middle((pair) => pair.with.perSecond / pair.without.perSecond)
const { records, bytes, keys, seconds } = flags
console.log(
  `${pairs.length} pairs of ${seconds} s, ${records} records of ${bytes} bytes a request, ${keys} keys; medians`
)
console.log(`without a page: ${told((pair) => pair.without)}`)
console.log(`with a page:    ${told((pair) => pair.with)}`)
console.log(
  `a page costs ${costMs.toFixed(1)} ms of each second of the server's thread: ${(costMs / 10).toFixed(1)} % of its throughput`
)
console.log(
  `throughput with a page, by the clock: ${ratio.toFixed(3)} × (needs processors that nobody else uses)`
)
