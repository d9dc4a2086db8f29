import { createClient, type DisClient } from '@dis-logs/core'
import { createLocalDis, type LocalDis } from '@dis-logs/local'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { StreamMeter } from '../../packages/cli/src/stream/meter.ts'
import { viewOf } from '../../packages/cli/src/top/view.ts'
import { call, readUpTo, store } from './operators.ts'
import { STREAM } from './program.ts'

let dis: LocalDis
let client: DisClient

beforeEach(async () => {
  dis = await createLocalDis({ port: 0, streams: [{ name: STREAM, partitions: 2 }], limits: false })
  client = createClient({
    endpoint: dis.url,
    projectId: 'cli-test-project',
    streamName: STREAM,
    credentials: { token: 'T' }
  })
})
afterEach(async () => {
  await client.close()
  await dis.close()
})

it('a first look knows no rate', async () => {
  await store(dis, ['a'])
  const { elapsedMs, partitions } = await new StreamMeter(client, 4).look()
  expect(elapsedMs).toBeUndefined()
  expect(partitions.map(({ content, next, records }) => [records, content, next])).toEqual([
    [undefined, undefined, 1n],
    [undefined, undefined, 0n]
  ])
})

it('records, bytes and lines are exact where few came, packed records among them', async () => {
  const meter = new StreamMeter(client, 4)
  await store(dis, ['before'])
  await meter.look()
  await store(dis, ['one', 'two\nthree', ''])
  const { partitions } = await meter.look()
  expect(partitions[0]).toMatchObject({
    records: 3,
    content: { bytes: 3 + 9, lines: 4, maxLines: 2, isEstimate: false }
  })
  expect(partitions[1]).toMatchObject({ records: 0, content: { bytes: 0, lines: 0, isEstimate: false } })
})

it('where many came records are exact still, and some of them say what all hold, for few calls', async () => {
  const meter = new StreamMeter(client, 4)
  await meter.look()
  for (let request = 0; request < 10; request++) await store(dis, new Array<string>(500).fill('12345678'))
  const before = (await dis.stats()).requests
  const { partitions } = await meter.look()
  expect(partitions[0]).toMatchObject({
    records: 5_000,
    content: { bytes: 40_000, lines: 5_000, isEstimate: true }
  })
  // One for the stream; a cursor and a page for each of four places.
  expect((await dis.stats()).requests - before).toBe(9)
})

it('a stream that was made anew has no negative rate', async () => {
  const meter = new StreamMeter(client, 4)
  await store(dis, ['a', 'b', 'c'])
  await meter.look()
  await call(dis, 'DELETE', `streams/${STREAM}`)
  await call(dis, 'POST', 'streams', { stream_name: STREAM, partition_count: 2 })
  expect((await meter.look()).partitions.map(({ records }) => records)).toEqual([0, 0])
})

it('a consumer is behind by the records after its checkpoint; without one nobody knows', async () => {
  await store(dis, ['a', 'b', 'c', 'd', 'e'])
  await call(dis, 'POST', 'apps', { app_name: 'reader' })
  await readUpTo(dis, 'reader', 1)
  const look = await new StreamMeter(client, 4).look()
  const view = viewOf(look, [{ app: 'reader', states: await client.consumerStates('reader') }])
  expect(view.partitions.map(({ lag }) => lag)).toEqual([{ reader: 3 }, { reader: null }])
  expect(view.consumers).toEqual([{ app: 'reader', lag: 3 }])
})
