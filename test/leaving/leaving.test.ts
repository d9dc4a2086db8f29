import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createLocalDis, type Fault, type LocalDis } from '@dis-logs/local'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { arrivals, compare, optionsFor, STREAM } from '../e2e/arrivals.ts'
import { isThorough } from '../thorough.ts'
import { type Framework, filesIn, recover, runApp, startApp, temporaryFolder } from './child.ts'

const LINES = 3_000
// For each framework. More by hand: KILLS=17 npx -y pnpm@10 vitest run test/leaving -t killed
const KILLS = Number(process.env['KILLS'] ?? (isThorough ? 17 : 2))

let dis: LocalDis
let folder: ReturnType<typeof temporaryFolder>

beforeEach(() => {
  folder = temporaryFolder()
})
afterEach(async () => {
  await dis.close()
  folder.remove()
})

async function start(faults: Fault[] = []): Promise<void> {
  dis = await createLocalDis({ streams: [{ name: STREAM, partitions: 3 }], limits: false, faults })
}

const spooled = (mode: 'overflow' | 'always') => optionsFor(dis, { spool: { dir: folder.path, mode } })

/** All lines have arrived, once each, and nothing is left on disk. */
async function expectAll(lines = LINES): Promise<void> {
  expect(compare(await arrivals(dis), lines)).toEqual({ missing: [], repeated: [] })
  expect(filesIn(folder.path)).toEqual([])
}

describe.each(['pino', 'winston', 'winston in-process'] as const)(
  '%s, when the process ends',
  (framework: Framework) => {
    it('by itself: everything is delivered', async () => {
      await start()
      const run = await runApp({ framework, options: optionsFor(dis), lines: LINES, ending: 'natural' })
      expect(run).toMatchObject({ code: 0, stderr: '' })
      await expectAll()
    })

    it('by itself after one line: in under a second and a half', async () => {
      await start()
      const run = await runApp({ framework, options: optionsFor(dis), lines: 1, ending: 'natural' })
      expect(run.code).toBe(0)
      await expectAll(1)
      // The bound is that of the promise; starting node and the frameworks is part of it.
      expect(run.tookMs).toBeLessThan(process.env['CI'] ? 5_000 : 1_500)
    })

    it('after the end of the logger: everything is delivered, and the end is heard of', async () => {
      await start()
      const run = await runApp({ framework, options: optionsFor(dis), lines: LINES, ending: 'finish' })
      expect(run).toMatchObject({ code: 0, stderr: '' })
      await expectAll()
    })

    it('by SIGTERM with the documented handler: everything is delivered', async () => {
      await start()
      const app = startApp({ framework, options: optionsFor(dis), lines: LINES, ending: 'handler' })
      await app.said('ready')
      app.kill('SIGTERM')
      expect(await app.ended).toMatchObject({ code: 0, signal: null, stderr: '' })
      await expectAll()
    })

    it.each(['exit', 'throw'])(
      'by %s: everything is delivered, or in the spool and delivered by the next run',
      async (ending) => {
        await start()
        const options = spooled('overflow')
        const run = await runApp({ framework, options, lines: LINES, ending })
        expect(run.code).toBe(ending === 'exit' ? 0 : 1)
        await recover(options)
        await expectAll()
      }
    )

    it('by SIGTERM without a handler, lines written ahead: nothing settled is lost', async () => {
      await start([{ kind: 'hang' }])
      const options = spooled('always')
      const app = startApp({ framework, options, lines: LINES, ending: 'settling' })
      const { settled } = await app.said('settled')
      app.kill('SIGTERM')
      expect(await app.ended).toMatchObject({ code: null, signal: 'SIGTERM' })
      await dis.faults.clear()
      await recover(options)
      const arrived = new Set((await arrivals(dis)).map(({ n }) => n))
      for (let n = 0; n < Number(settled); n++) expect(arrived.has(n)).toBe(true)
      expect(filesIn(folder.path)).toEqual([])
    })

    it('while the service hangs: long before a request times out, and the rest is in the spool', async () => {
      await start([{ kind: 'hang' }])
      const options = { ...spooled('overflow'), closeTimeoutMs: 3_000 }
      const run = await runApp({ framework, options, lines: LINES, ending: 'natural' })
      expect(run.code).toBe(0)
      // Besides `closeTimeoutMs` there is the start of a process on a busy machine; a request may take 30 s.
      expect(run.tookMs).toBeLessThan(20_000)
      await dis.faults.clear()
      await recover(options)
      await expectAll()
    })

    it('while the service hangs, without a spool: the rest is counted and told', async () => {
      await start([{ kind: 'hang' }])
      const options = optionsFor(dis, { closeTimeoutMs: 300 })
      const run = await runApp({ framework, options, lines: LINES, ending: 'natural' })
      expect(run.stderr).toMatch(/\[dis-logs\] 3000 log lines dropped: they could not be sent before the end/)
      expect(await arrivals(dis)).toEqual([])
    })
  }
)

describe('pino, when its worker is terminated', () => {
  it('nothing settled is lost, if lines are written ahead', async () => {
    await start([{ kind: 'hang' }])
    const options = spooled('always')
    const app = startApp({ framework: 'pino', options, lines: LINES, ending: 'terminate' })
    await app.ended
    await dis.faults.clear()
    // What the worker had not taken yet was not settled. What it had is in the spool.
    const { messages } = await recover(options)
    const arrived = await arrivals(dis)
    expect(messages.at(-1)).toMatchObject({ stats: { recovered: arrived.length, delivered: arrived.length } })
    expect(new Set(arrived.map(({ n }) => n)).size).toBe(arrived.length)
    expect(arrived.map(({ n }) => n).sort((a, b) => a - b)).toEqual(arrived.map((_, index) => index))
  })
})

describe('killed at any moment, lines written ahead', () => {
  it.each(['core', 'pino', 'winston'] as const)(
    '%s: no settled line is lost',
    async (framework) => {
      for (let round = 0; round < KILLS; round++) {
        await start([{ kind: 'throttle', recordProbability: 0.3, times: 20 }])
        const options = spooled('always')
        const app = startApp({ framework, options, lines: 500, ending: 'settling', batchOf: 200 })
        let settled = 0
        await app.said('settled')
        const until = performance.now() + 20 + ((90 * round) % 700)
        while (performance.now() < until) settled = Number((await app.said('settled'))['settled'])
        app.kill('SIGKILL')
        const run = await app.ended
        expect(run.signal).toBe('SIGKILL')
        settled = Math.max(settled, ...run.messages.map((message) => Number(message['settled'] ?? 0)))
        await recover(options)
        const arrived = new Set((await arrivals(dis)).map(({ n }) => n))
        const missing = Array.from({ length: settled }, (_, n) => n).filter((n) => !arrived.has(n))
        expect({ missing: missing.length, first: missing.slice(0, 3) }).toEqual({ missing: 0, first: [] })
        expect(filesIn(folder.path)).toEqual([])
        await dis.close()
      }
    },
    30_000 * KILLS
  )
})

describe('a script that waits for drain', () => {
  it('is kept alive for as long as there is progress, and everything is delivered', async () => {
    await start([{ kind: 'slow', delayMs: 100 }])
    const options = optionsFor(dis, {
      buffer: { maxBytes: 65_536 },
      concurrency: { max: 1 },
      batch: { maxRecords: 5 },
      // Less than it takes to free a quarter of the buffer.
      closeTimeoutMs: 150
    })
    const script = new URL('script.mjs', import.meta.url).pathname
    const child = spawn(process.execPath, [script, JSON.stringify({ options, lines: 150 })], {
      stdio: 'inherit'
    })
    expect(await once(child, 'close')).toEqual([0, null])
    expect(compare(await arrivals(dis), 150)).toEqual({ missing: [], repeated: [] })
  }, 30_000)
})
