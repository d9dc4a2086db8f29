import { AsyncLocalStorage } from 'node:async_hooks'
import diagnostics from 'node:diagnostics_channel'
import pino from 'pino'
import { disStream } from 'pino-dis'
import { describe, expect, it, onTestFinished } from 'vitest'
import winston from 'winston'
import { DisTransport } from 'winston-dis'
import { startDis, targetOf } from './child.ts'

/** What OpenTelemetry and others keep a request of the application in. */
const storage = new AsyncLocalStorage<string>()

/** The context of each HTTP request that this process makes from now on, as an instrumentation of undici sees it. */
function contextsOfRequests(): readonly (string | undefined)[] {
  const contexts: (string | undefined)[] = []
  const see = () => void contexts.push(storage.getStore())
  diagnostics.subscribe('undici:request:create', see)
  onTestFinished(() => void diagnostics.unsubscribe('undici:request:create', see))
  return contexts
}

/** More than one batch, so that a request to DIS starts within a call of the logger. */
const LINES = 1_000

describe('a request to DIS from the process of the application', () => {
  it('belongs to no request of the application: pino with disStream', async () => {
    const stream = disStream(targetOf(await startDis()))
    const logger = pino(stream)
    const contexts = contextsOfRequests()
    storage.run('a request', () => {
      for (let n = 0; n < LINES; n++) logger.info('a line')
    })
    await stream.flush()
    stream.end()
    expect(new Set(contexts)).toEqual(new Set([undefined]))
  })

  it('belongs to no request of the application: winston in-process', async () => {
    const transport = new DisTransport({ ...targetOf(await startDis()), worker: false })
    const logger = winston.createLogger({ transports: [transport] })
    const contexts = contextsOfRequests()
    storage.run('a request', () => {
      for (let n = 0; n < LINES; n++) logger.info('a line')
    })
    await transport.flush()
    logger.end()
    expect(new Set(contexts)).toEqual(new Set([undefined]))
  })
})
