/** What `statsOf` and `flushOf` say of what is not, or not any more, a transport in pino's worker. */
import { once } from 'node:events'
import { createProducer } from '@dis-logs/core'
import { createWorkerProducer } from '@dis-logs/core/worker'
import { createLocalDis, type LocalDis } from '@dis-logs/local'
import pino from 'pino'
import { disStream, flushOf, statsOf } from 'pino-dis'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { optionsFor, STREAM } from '../e2e/arrivals.ts'

let dis: LocalDis
beforeEach(async () => {
  dis = await createLocalDis({ streams: [{ name: STREAM, partitions: 1 }], limits: false })
})
afterEach(() => dis.close())

describe('what counts in this thread', () => {
  it('is asked as a transport is: a stream without a worker', async () => {
    const stream = disStream(optionsFor(dis))
    pino({ base: null }, stream).info('one')
    await expect(flushOf(stream)).resolves.toMatchObject({ delivered: 1, pending: 0 })
    await expect(statsOf(stream)).resolves.toMatchObject({ written: 1, delivered: 1 })
    await expect(statsOf(stream, 1)).rejects.toThrow('no pino-dis target with the index 1')
    stream.end()
    await once(stream, 'close')
    await expect(statsOf(stream)).resolves.toMatchObject({ written: 1, delivered: 1 })
  })

  it('gives up waiting when told to, and says what is pending', async () => {
    await dis.faults.add({ kind: 'hang' })
    const stream = disStream(optionsFor(dis, { closeTimeoutMs: 100 }))
    pino({ base: null }, stream).info('one')
    await expect(flushOf(stream, { timeoutMs: 50 })).resolves.toMatchObject({ delivered: 0, pending: 1 })
    stream.end()
    await once(stream, 'close')
  })

  it.each([
    ['in this thread', createProducer],
    ['in a thread of its own', createWorkerProducer]
  ])('is asked as a transport is: a producer %s', async (_, create) => {
    const producer = create(optionsFor(dis))
    producer.write('{"n":0}')
    await producer.flush()
    await expect(statsOf(producer)).resolves.toMatchObject({ written: 1, delivered: 1 })
    await producer.close()
  })
})

describe('something else', () => {
  it.each([
    ['nothing', () => undefined],
    ['a stream of node', () => process.stdout],
    ['a destination of pino', () => pino.destination({ dest: '/dev/null', sync: true })],
    ['counters of somebody else', () => ({ stats: () => ({ hits: 1 }) })]
  ])('is refused at once: %s', async (_, make) => {
    const foreign = new TypeError('this is no transport of pino.transport(), and no stream of disStream().')
    await expect(Reflect.apply(statsOf, undefined, [make()])).rejects.toEqual(foreign)
    await expect(Reflect.apply(flushOf, undefined, [make()])).rejects.toEqual(foreign)
  })

  it('is refused with a hint, if it is the logger', async () => {
    const logger = pino(pino.destination({ dest: '/dev/null', sync: true }))
    await expect(Reflect.apply(statsOf, undefined, [logger])).rejects.toThrow(
      'This is a logger: give the transport that it has.'
    )
  })

  it('does not answer, if it is a transport without a target of this package', async () => {
    const transport = pino.transport({ target: 'pino/file', options: { destination: '/dev/null' } })
    onTestFinished(() => void transport.end())
    await once(transport, 'ready')
    const listeners = () => transport.eventNames().map((name) => [name, transport.listenerCount(name)])
    const before = listeners()
    await expect(statsOf(transport, 0, { timeoutMs: 50 })).rejects.toThrow(
      'the transport has not answered in time: its thread stands still, or it has no pino-dis target'
    )
    // The way to the thread is kept, and closed with the transport.
    await expect(statsOf(transport, 0, { timeoutMs: 50 })).rejects.toThrow('not answered in time')
    expect(listeners()).toEqual(
      before.map(([name, count]) => [name, Number(count) + (name === 'close' ? 1 : 0)])
    )
  })

  it('does not answer, if its thread is still starting when the time is over', async () => {
    const transport = pino.transport({ target: 'pino-dis', options: { ...optionsFor(dis) } })
    onTestFinished(async () => {
      transport.end()
      await once(transport, 'close')
    })
    const before = transport.listenerCount('ready')
    await expect(statsOf(transport, 0, { timeoutMs: 0 })).rejects.toThrow('not answered in time')
    expect(transport.listenerCount('ready')).toBe(before)
    await expect(statsOf(transport)).resolves.toMatchObject({ written: 0 })
  })
})
