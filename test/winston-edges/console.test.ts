import { describe, expect, it } from 'vitest'
import { optionsFor } from '../e2e/arrivals.ts'
import { startApp, toldLines } from './child.ts'
import { CLOSE_MS, expectBooks, numbers, startDis, within } from './edges.ts'

const COUNT = 500

/** Numbers of the lines that a console printed. */
function printedNumbers(stdout: string): number[] {
  return [...stdout.matchAll(/^\{.*"n":(\d+)/gm)].map(([, n]) => Number(n))
}

describe.each([true, false])(
  'an application with the console beside DIS, which hangs, worker: %s',
  (worker) => {
    it.each(['console, end', 'console, natural'])(
      '%s: prints at once, ends by itself, and every line is in the books',
      async (scenario) => {
        const server = await startDis([{ kind: 'hang' }])
        const options = { ...optionsFor(server), worker, closeTimeoutMs: CLOSE_MS }
        const app = startApp({ scenario, options, lines: COUNT })
        const all = app.printed((stdout) => printedNumbers(stdout).length === COUNT)
        await within(10_000, 'the console does not show its lines', all)
        // Now it may begin to end: all that is printed was printed before.
        app.proceed()
        const run = await app.ended(10_000)
        expect(run.code).toBe(0)
        expect(printedNumbers(run.stdout)).toHaveLength(COUNT)
        expect(await numbers(server)).toEqual([])
        expect(toldLines(run.stderr)).toBe(COUNT)
        if (scenario !== 'console, end') return
        const { stats } = JSON.parse(run.stdout.trim().split('\n').at(-1) ?? '')
        expectBooks(stats, COUNT)
        expect(stats).toMatchObject({ delivered: 0, dropped: COUNT })
      }
    )
  }
)
