import { describe, expect, it, onTestFinished } from 'vitest'
import winston from 'winston'
import { optionsFor } from '../e2e/arrivals.ts'
import { temporaryFolder } from '../leaving/child.ts'
import { startApp, toldLines } from './child.ts'
import { CLOSE_MS, end, LINES, numbers, padding, smallBuffer, startDis, transportFor, upTo } from './edges.ts'

const WAYS = ['exit', 'throw', 'natural']
const PLACES = [true, false].flatMap((worker) => [true, false].map((hasSpool) => ({ worker, hasSpool })))

/** Runs an application that ends in that way, then another one that sends what is in the spool. */
async function leave(scenario: string, worker: boolean, hasSpool: boolean) {
  const folder = temporaryFolder()
  onTestFinished(() => folder.remove())
  const server = await startDis([{ kind: 'hang' }])
  const spool = hasSpool ? { spool: { dir: folder.path } } : {}
  const options = { ...optionsFor(server), ...smallBuffer(worker), ...spool, closeTimeoutMs: CLOSE_MS }
  const app = startApp({ scenario, options, lines: LINES, pad: padding(worker).length })
  const { code, wasHeld, stderr } = await app.ended(15_000)
  await server.faults.clear()
  const next = transportFor(server, { worker: false, ...spool, closeTimeoutMs: 20_000 })
  await end(winston.createLogger({ transports: [next.dis] }), 20_000)
  const arrived = await numbers(server)
  const repeated = arrived.length - new Set(arrived).size
  return { scenario, code, wasHeld, arrived: arrived.length, repeated, told: toldLines(stderr) }
}

/** A service that hangs, and options of a transport that holds its logger up, and has a spool. */
async function spooling(worker: boolean) {
  const folder = temporaryFolder()
  onTestFinished(() => folder.remove())
  const server = await startDis([{ kind: 'hang' }])
  const spool = { dir: folder.path }
  return {
    server,
    options: { ...optionsFor(server), ...smallBuffer(worker), spool, closeTimeoutMs: CLOSE_MS }
  }
}

describe('a process that ends while lines wait in the streams of its logger', () => {
  it.each(PLACES)(
    'each line is in the spool, or told: worker: $worker, spool: $hasSpool',
    async ({ worker, hasSpool }) => {
      // All at once: most of the time they wait for their service.
      const runs = await Promise.all(WAYS.map((scenario) => leave(scenario, worker, hasSpool)))
      const lines = hasSpool ? { arrived: LINES, told: 0 } : { arrived: 0, told: LINES }
      expect(runs).toEqual(
        WAYS.map((scenario) => {
          return { scenario, code: scenario === 'throw' ? 1 : 0, wasHeld: true, repeated: 0, ...lines }
        })
      )
    }
  )

  it.each([true, false])(
    'a logger with two transports, one of them held up: each has every line in its spool: worker: %s',
    async (worker) => {
      const [first, second] = [await spooling(worker), await spooling(worker)]
      const app = startApp({
        scenario: 'exit, two transports',
        options: first.options,
        second: second.options,
        lines: LINES,
        pad: padding(worker).length
      })
      const { code, wasHeld, stderr } = await app.ended(15_000)
      expect({ code, wasHeld, told: toldLines(stderr) }).toEqual({ code: 0, wasHeld: true, told: 0 })
      for (const { server, options } of [first, second]) {
        await server.faults.clear()
        const next = transportFor(server, { ...options, worker: false, closeTimeoutMs: 20_000 })
        await end(winston.createLogger({ transports: [next.dis] }), 20_000)
        expect((await numbers(server)).sort((a, b) => a - b)).toEqual(upTo(LINES))
      }
    }
  )
})
