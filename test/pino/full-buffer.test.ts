import { createLocalDis, type Fault, type LocalDis } from '@dis-logs/local'
import { afterEach, describe, expect, it } from 'vitest'
import { arrivals, optionsFor, STREAM } from '../e2e/arrivals.ts'
import { type App, droppedIn, run, type Version } from './child.ts'

/** Much more than the buffer, and than pino's ring of 4 MB: most of it is in pino's own queue when the process ends. */
const LINES = 40_000
const PAD = 'x'.repeat(250)
/** Eight requests of 500 lines. */
const UNDER_WAY = 4_000

let dis: LocalDis
afterEach(() => dis.close())

async function serve(faults: Fault[], limits = false): Promise<void> {
  dis = await createLocalDis({ streams: [{ name: STREAM, partitions: 3 }], limits, faults })
}

/** Ends with a full buffer; returns what arrived, and what stderr says of the others. */
async function play(
  version: Version,
  arrangement: App['arrangement'],
  ending: string,
  { lines = LINES, closeTimeoutMs = 1_000 } = {}
) {
  const options = optionsFor(dis, { buffer: { maxBytes: 1_000_000 }, closeTimeoutMs })
  const app = { version, arrangement, options, lines, ending, pad: PAD }
  const { code, stderr, tookMs } = await run(app)
  const arrived = new Set((await arrivals(dis)).map(({ n }) => n)).size
  return { code, arrived, dropped: droppedIn(stderr), stderr, tookMs }
}

describe('with a full buffer and a service that hangs', () => {
  it.each([
    ['pino', 'target', ['by itself', 'process.exit()', 'flushSync() and end()']],
    ['pino', 'targets', ['process.exit()', 'flushSync() and end()']],
    ['pino', 'pipeline', ['by itself']],
    ['pino-9', 'target', ['by itself']]
  ] as const)(
    '%s, %s: however it ends, stderr says how many lines are dropped, those in pino’s own queue included',
    async (version, arrangement, endings) => {
      await serve([{ kind: 'hang' }])
      const runs = await Promise.all(endings.map((ending) => play(version, arrangement, ending)))
      expect(runs.map(({ code, dropped }) => ({ code, dropped }))).toEqual(
        endings.map(() => ({ code: 0, dropped: LINES }))
      )
      for (const { stderr, tookMs } of runs) {
        expect(stderr).not.toContain('took too long')
        expect(tookMs).toBeLessThan(30_000)
      }
    },
    60_000
  )

  it('an application that runs for long: the same', async () => {
    await serve([{ kind: 'hang' }])
    const { code, dropped, stderr } = await play('pino', 'target', 'SIGTERM much later')
    expect({ code, dropped }).toEqual({ code: 0, dropped: 2 * LINES })
    expect(stderr).not.toContain('took too long')
  }, 60_000)
})

describe('with a closeTimeoutMs that is longer than pino waits', () => {
  it.each([
    ['a full buffer', LINES],
    ['room in the buffer', 100]
  ])(
    '%s: each line has its last place before pino gives its worker up',
    async (_, lines) => {
      await serve([{ kind: 'hang' }])
      const options = { lines, closeTimeoutMs: 60_000 }
      const { code, dropped, stderr } = await play('pino', 'target', 'process.exit()', options)
      expect({ code, dropped }).toEqual({ code: 0, dropped: lines })
      expect(stderr).not.toContain('took too long')
    },
    60_000
  )
})

describe('SIGTERM, with the handler of the README', () => {
  it('and a stream at its limit: what does not arrive is told', async () => {
    // A partition takes 1,000 lines a second, and one key goes to one of them.
    await serve([], true)
    const { code, arrived, dropped, stderr } = await play('pino', 'target', 'SIGTERM')
    expect(code).toBe(0)
    expect(arrived + dropped).toBeGreaterThanOrEqual(LINES)
    // What was under way when the time was over is told as dropped, and may have arrived all the same.
    expect(arrived + dropped).toBeLessThanOrEqual(LINES + UNDER_WAY)
    expect(arrived).toBeGreaterThan(0)
    expect(dropped).toBeGreaterThan(0)
    expect(stderr).not.toContain('took too long')
  }, 60_000)
})
