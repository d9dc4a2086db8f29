/**
 * `pnpm bench:viewer`: what an open page costs the local DIS. Pairs of runs on one server, without and with the page, the first of them in
 * turn. The page is a process that takes the events, or a real Chromium, which takes its share of the processors besides.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { setTimeout as pause } from 'node:timers/promises'
import { createLocalDis } from '@dis-logs/local'
import { readFlags } from './measure/flags.mjs'
import { medianInterval } from './measure/interval.mjs'
import { median } from './measure/median.mjs'
import { CpuWatch, startPool } from './measure/threads.mjs'
import { withEnds } from './report/markdown.mjs'
import { bodiesOf, load } from './viewer/load.mjs'

/** Time in which a page is shown what was there before it. */
const OPENED_MS = 500

const flags = readFlags('pnpm bench:viewer -- what an open page costs the local DIS', {
  pairs: { default: 12, about: 'pairs of runs, without and with a page' },
  seconds: { default: 3, about: 'of a run' },
  rate: { default: 25_000, about: 'records a second: as many as a page is ever told of, and no more' },
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

/**
 * Started once: after a fork each piece of memory that the server writes to costs it a fault, which is no cost of the page.
 * @returns {Promise<{ open: () => Promise<unknown>, close: () => Promise<unknown>, end: () => unknown }>}
 */
async function startViewer() {
  if (flags.browser !== '') return startBrowser()
  const child = fork(new URL('viewer/watcher.mjs', import.meta.url), [String(dis.viewerUrl)])
  const told = (/** @type {string} */ what) => {
    child.send(what)
    return once(child, 'message')
  }
  return { open: () => told('open'), close: () => told('close'), end: () => child.kill() }
}

async function startBrowser() {
  const { chromium } = createRequire(new URL('../test/viewer/package.json', import.meta.url))(
    'playwright-core'
  )
  const browser = await chromium.launch({
    executablePath: flags.browser,
    args: ['--no-sandbox', '--disable-gpu']
  })
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  return {
    open: async () => {
      await page.goto(String(dis.viewerUrl))
      await page.locator('#condition[data-kind=open]').waitFor()
    },
    close: () => page.goto('about:blank'),
    end: () => browser.close()
  }
}

/** One run: the share of a second that the server's own thread was busy for, in ms, and how many records it got in one. */
async function measure() {
  const before = watch.now().worker
  const startedAt = performance.now()
  const requests = await load(dis.url, bodies, flags.seconds * 1_000, flags.rate / flags.records)
  const seconds = (performance.now() - startedAt) / 1_000
  return {
    busyMs: (watch.now().worker - before) / 1_000 / seconds,
    perSecond: (requests * flags.records) / seconds
  }
}

async function measureWithPage() {
  await viewer.open()
  await pause(OPENED_MS)
  const measured = await measure()
  await viewer.close()
  return measured
}

const viewer = await startViewer()
await measure()
const pairs = []
for (let pair = 0; pair < flags.pairs; pair++) {
  const first = pair % 2 === 0 ? await measure() : await measureWithPage()
  const second = pair % 2 === 0 ? await measureWithPage() : await measure()
  pairs.push(pair % 2 === 0 ? { without: first, with: second } : { without: second, with: first })
}
watch.stop()
await viewer.end()
await dis.close()

const { rate, records, bytes, keys, seconds } = flags
const costs = medianInterval(pairs.map((pair) => pair.with.busyMs - pair.without.busyMs))
const middle = (/** @type {(pair: typeof pairs[number]) => number} */ of) => median(pairs.map(of)).toFixed(0)
console.log(
  `${pairs.length} pairs of ${seconds} s, ${rate} records/s, ${records} of ${bytes} bytes a request, ${keys} keys; medians`
)
console.log(
  `without a page: ${middle((pair) => pair.without.perSecond)} records/s, the server's thread is busy for ${middle((pair) => pair.without.busyMs)} ms of each second`
)
console.log(
  `with a page:    ${middle((pair) => pair.with.perSecond)} records/s, ${middle((pair) => pair.with.busyMs)} ms`
)
console.log(
  `a page costs ${withEnds(costs, 0)} ms of each second: ${(costs.median / 10).toFixed(1)} % of what the thread can do`
)
