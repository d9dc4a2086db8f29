import { describe, expect, it } from 'vitest'
import { optionsFor } from '../e2e/arrivals.ts'
import { startApp } from './child.ts'
import { startDis, texts } from './edges.ts'

const SCENARIOS = [
  { scenario: 'exceptionHandlers', more: {}, kind: 'uncaughtException' },
  { scenario: 'handleExceptions', more: { handleExceptions: true }, kind: 'uncaughtException' },
  { scenario: 'rejectionHandlers', more: {}, kind: 'unhandledRejection' },
  { scenario: 'handleRejections', more: { handleRejections: true }, kind: 'unhandledRejection' }
]

describe.each([true, false])('an exception that nobody catches, worker: %s', (worker) => {
  // All at once: winston waits 3 s before it ends a process, because no transport tells it when a line is out.
  it('arrives once in every way that winston has to log it, and the process ends', async () => {
    const runs = SCENARIOS.map(async ({ scenario, more }) => {
      const server = await startDis()
      const options = { ...optionsFor(server), worker, ...more }
      const { code } = await startApp({ scenario, options }).ended(20_000)
      const lines = await texts(server)
      return { scenario, code, said: lines.map((line) => JSON.parse(line)['message'].split('\n')[0]) }
    })
    expect(await Promise.all(runs)).toEqual(
      SCENARIOS.map(({ scenario, kind }) => ({ scenario, code: 1, said: [`${kind}: boom`] }))
    )
  })

  it('arrives, and the process goes on with exitOnError: false', async () => {
    const server = await startDis()
    const options = { ...optionsFor(server), worker, handleExceptions: true }
    const run = await startApp({ scenario: 'exitOnError: false', options }).ended(15_000)
    expect(run).toMatchObject({ code: 0, stderr: '' })
    const lines = (await texts(server)).join('\n')
    expect(lines).toContain('uncaughtException: boom')
    expect(lines).toContain('the application goes on')
  })
})
