import { describe, expect, it } from 'vitest'
import { optionsFor } from '../e2e/arrivals.ts'
import { startApp } from './child.ts'
import { startDis, texts } from './edges.ts'

const WAYS = [
  { scenario: 'exceptionHandlers', more: {}, said: ['uncaughtException: boom'] },
  { scenario: 'handleExceptions', more: { handleExceptions: true }, said: ['uncaughtException: boom'] },
  { scenario: 'rejectionHandlers', more: {}, said: ['unhandledRejection: boom'] },
  { scenario: 'handleRejections', more: { handleRejections: true }, said: ['unhandledRejection: boom'] }
].flatMap((way) => [true, false].map((worker) => ({ ...way, worker })))

describe('an exception that nobody catches', () => {
  it('arrives once in every way that winston has to log it, and the process ends', async () => {
    // All at once: winston waits 3 s before it ends a process, because no transport tells it when a line is out.
    const runs = WAYS.map(async ({ scenario, more, worker }) => {
      const server = await startDis()
      const options = { ...optionsFor(server), worker, ...more }
      const { code } = await startApp({ scenario, options }).ended(20_000)
      const said = (await texts(server)).map((line) => JSON.parse(line)['message'].split('\n')[0])
      return { scenario, worker, code, said }
    })
    expect(await Promise.all(runs)).toEqual(
      WAYS.map(({ scenario, worker, said }) => ({ scenario, worker, code: 1, said }))
    )
  })

  it.each([true, false])(
    'arrives, and the process goes on with exitOnError: false, worker: %s',
    async (worker) => {
      const server = await startDis()
      const options = { ...optionsFor(server), worker, handleExceptions: true }
      const run = await startApp({ scenario: 'exitOnError: false', options }).ended(15_000)
      expect(run).toMatchObject({ code: 0, stderr: '' })
      const lines = (await texts(server)).join('\n')
      expect(lines).toContain('uncaughtException: boom')
      expect(lines).toContain('the application goes on')
    }
  )
})
