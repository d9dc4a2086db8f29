import { expect, it, vi } from 'vitest'

it('adds one listener each to beforeExit and exit for all producers, none to a signal, and takes them back', async () => {
  // Fresh modules: other tests in this process may have producers that are open.
  vi.resetModules()
  const { createProducer } = await import('../../packages/core/src/index.ts')
  const count = () => ({
    beforeExit: process.listenerCount('beforeExit'),
    exit: process.listenerCount('exit'),
    signals: process.eventNames().filter((name) => String(name).startsWith('SIG'))
  })
  const before = count()
  const options = {
    endpoint: 'http://127.0.0.1:1',
    projectId: 'p',
    streamName: 's',
    credentials: { token: 'T' }
  }
  const producers = [createProducer(options), createProducer(options), createProducer(options)]
  expect(count()).toEqual({ ...before, beforeExit: before.beforeExit + 1, exit: before.exit + 1 })
  for (const producer of producers) await producer.close()
  expect(count()).toEqual(before)
})
