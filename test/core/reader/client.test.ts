import { describe, expect, it } from 'vitest'
import { clientOf } from './answered-client.ts'

const queriesOf = (urls: readonly string[]) =>
  urls.map((url) => new URL(url, 'http://localhost').searchParams)

const id = (index: number) => `shardId-${String(index).padStart(10, '0')}`
const pageOf = (indexes: readonly number[], hasMore: boolean) => ({
  stream_name: 'app-logs',
  status: 'RUNNING',
  partitions: indexes.map((index) => ({ partition_id: id(index), status: 'ACTIVE' })),
  has_more_partitions: hasMore
})

describe('the partitions of a stream', () => {
  it('are read page by page, each once, from where the last page ended', async () => {
    const pages = [pageOf([0, 1], true), pageOf([1, 2], true), pageOf([3], false)]
    const { client, urls } = await clientOf((_, calls) => pages[calls - 1])
    const { partitions, hasMorePartitions } = await client.describeStream()
    expect(partitions.map(({ partitionId }) => partitionId)).toEqual([id(0), id(1), id(2), id(3)])
    expect(hasMorePartitions).toBe(false)
    expect(queriesOf(urls).map((query) => query.get('start_partitionId'))).toEqual([null, id(1), id(2)])
  })

  it.each<[string, (query: URLSearchParams, calls: number) => unknown, number]>([
    ['ignores the marker', () => pageOf([0, 1], true), 2],
    ['goes in a circle', (_, calls) => pageOf([calls % 3], true), 4],
    ['says more, and gives none', (_, calls) => pageOf(calls === 1 ? [0] : [], true), 2],
    ['gives none at all', () => pageOf([], true), 1],
    ['gives partitions without a name', () => ({ partitions: [{}, {}], has_more_partitions: true }), 2],
    ['gives more at once than all pages should hold', () => pageOf([...Array(32_001).keys()], false), 1],
    ['makes up partitions for ever', (_, calls) => pageOf([calls], true), 32]
  ])('of a service that %s end with an error, and not with half of them', async (_, answer, calls) => {
    const { client, urls } = await clientOf(({ searchParams }, count) => answer(searchParams, count))
    await expect(client.describeStream()).rejects.toMatchObject({
      code: 'DIS_LOGS_REQUEST',
      serviceCode: 'UNREADABLE_ANSWER',
      message: expect.stringContaining('the list of partitions has no end'),
      cure: expect.stringContaining('{endpoint}')
    })
    expect(urls.length).toBe(calls)
  })
})

it('halves of a letter in what a service names break no later call', async () => {
  const { client, urls } = await clientOf((_, calls) =>
    [
      { partitions: [{ partition_id: 'shard\ud800', status: 'ACTIVE' }] },
      { partition_cursor: 'a\udc00' },
      { records: [], next_partition_cursor: 'b\ud800' },
      { records: [], next_partition_cursor: 'c' }
    ].at(calls - 1)
  )
  const [partition] = (await client.describeStream()).partitions
  const cursor = await client.getCursor(partition?.partitionId ?? '', { type: 'LATEST' })
  const { nextCursor } = await client.getRecords(cursor)
  expect(await client.getRecords(nextCursor)).toEqual({ records: [], nextCursor: 'c' })
  expect(queriesOf(urls).map((query) => query.get('partition-id') ?? query.get('partition-cursor'))).toEqual([
    null,
    'shard\ufffd',
    'a\ufffd',
    'b\ufffd'
  ])
})

describe('a page of records', () => {
  const record = { data: 'YQ==', sequence_number: '1' }

  it('that is empty may give its own cursor again', async () => {
    const { client } = await clientOf(({ searchParams: query }) => ({
      records: [],
      next_partition_cursor: query.get('partition-cursor')
    }))
    expect(await client.getRecords('c')).toEqual({ records: [], nextCursor: 'c' })
  })

  it('that leads to itself is an error, and not the same records for ever', async () => {
    const { client } = await clientOf(({ searchParams: query }) => ({
      records: [record],
      next_partition_cursor: query.get('partition-cursor')
    }))
    await expect(client.getRecords('c')).rejects.toMatchObject({ serviceCode: 'UNREADABLE_ANSWER' })
  })
})
