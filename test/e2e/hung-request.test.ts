/** Real sockets: a connection that stays open without an answer keeps nobody else from being sent. */
import { createProducer } from '@dis-logs/core'
import { createLocalDis } from '@dis-logs/local'
import { expect, it } from 'vitest'
import { arrivals, optionsFor, STREAM } from './arrivals.ts'

const LATER = 30

it('a request that hangs in the only place that failures left: all others are delivered, and close ends in its time', async () => {
  const dis = await createLocalDis({ port: 0, streams: [{ name: STREAM, partitions: 2 }] })
  try {
    // Longer than the test may take.
    const requestTimeoutMs = 120_000
    const producer = createProducer(
      optionsFor(dis, { batch: { lingerMs: 0 }, retry: { maxMs: 100 }, requestTimeoutMs })
    )
    producer.write('{"n":0}')
    await producer.flush()
    await dis.faults.add({ kind: '500', status: 503, times: 3 })
    await dis.faults.add({ kind: 'hang', times: 1 })
    producer.write('{"n":1}')
    while (producer.stats().attempts < 5) await producer.flush({ timeoutMs: 20 })
    for (let n = 2; n < 2 + LATER; n++) producer.write(`{"n":${n}}`)
    // Until the test's own timeout, if they wait for the one that hangs.
    while (producer.stats().delivered < 1 + LATER) await producer.flush({ timeoutMs: 20 })
    const closed = await producer.close({ timeoutMs: 500 })
    expect(closed).toMatchObject({ delivered: 1 + LATER, dropped: 1, pending: 0 })
    const numbers = (await arrivals(dis)).map(({ n }) => n)
    expect(numbers.sort((a, b) => a - b)).toEqual([
      0,
      ...Array.from({ length: LATER }, (_, index) => index + 2)
    ])
  } finally {
    await dis.close()
  }
}, 60_000)
