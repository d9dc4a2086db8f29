import { describe, expect, it, onTestFinished } from 'vitest'
import winston from 'winston'
import { optionsFor } from '../e2e/arrivals.ts'
import { temporaryFolder } from '../leaving/child.ts'
import { startApp, toldLines } from './child.ts'
import { CLOSE_MS, end, LINES, numbers, padding, smallBuffer, startDis, transportFor } from './edges.ts'

const CELLS = [true, false].flatMap((worker) =>
  ['exit', 'throw', 'natural'].flatMap((scenario) =>
    [true, false].map((hasSpool) => ({ worker, scenario, hasSpool }))
  )
)

describe('a process that ends while lines wait in the streams of its logger', () => {
  it.each(CELLS)(
    '$scenario, worker: $worker, spool: $hasSpool: each is in the spool or told',
    async ({ worker, scenario, hasSpool }) => {
      const folder = temporaryFolder()
      onTestFinished(() => folder.remove())
      const server = await startDis([{ kind: 'hang' }])
      const spool = hasSpool ? { spool: { dir: folder.path } } : {}
      const options = { ...optionsFor(server), ...smallBuffer(worker), ...spool, closeTimeoutMs: CLOSE_MS }
      const run = await startApp({ scenario, options, lines: LINES, pad: padding(worker).length }).ended(
        15_000
      )
      expect(run).toMatchObject({ code: scenario === 'throw' ? 1 : 0, signal: null, wasHeld: true })
      const told = toldLines(run.stderr)
      await server.faults.clear()
      const next = transportFor(server, { worker: false, ...spool, closeTimeoutMs: 20_000 })
      await end(winston.createLogger({ transports: [next.dis] }), 20_000)
      const arrived = await numbers(server)
      expect(new Set(arrived).size).toBe(arrived.length)
      expect({ arrived: arrived.length, told }).toEqual(
        hasSpool ? { arrived: LINES, told: 0 } : { arrived: 0, told: LINES }
      )
    }
  )
})
