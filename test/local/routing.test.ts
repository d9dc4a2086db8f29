import { describe, expect, it } from 'vitest'
import { hashKey, MAX_HASH, ownerOfHash, splitHashes } from '../../packages/local/src/hashing.ts'
import { formatPartitionId, parsePartitionId } from '../../packages/local/src/partition-id.ts'
import { codeOf, entries, errorsOf, partitionsOf, record, send, start } from './calls.ts'

// key, hash, and the partition for 1, 2, 3, 5 and 10 partitions; from running the official mapping class.
const TABLE: readonly (readonly [string, bigint, readonly number[]])[] = [
  ['0', 5750288053043553775n, [0, 1, 1, 3, 6]],
  ['1', 4956847150856741762n, [0, 1, 1, 2, 5]],
  ['a', 919145239626757800n, [0, 0, 0, 0, 0]],
  ['key', 4354430579665871434n, [0, 0, 1, 2, 4]],
  ['user-42', 8516795111299649485n, [0, 1, 2, 4, 9]],
  ['order-1001', 1338151766815891476n, [0, 0, 0, 0, 1]],
  ['shardId-0000000000', 2962294274502412458n, [0, 0, 0, 1, 3]],
  ['日志', 5002700869895968032n, [0, 1, 1, 2, 5]],
  ['😀', 3027240025427372656n, [0, 0, 0, 1, 3]],
  ['hello world', 6824707963431612112n, [0, 1, 2, 3, 7]],
  ['pino', 3495022898722578870n, [0, 0, 1, 1, 3]],
  ['web-01', 2195889907324463450n, [0, 0, 0, 1, 2]],
  ['192.168.0.1', 8141862455087087167n, [0, 1, 2, 4, 8]]
]
const COUNTS = [1, 2, 3, 5, 10]

describe('partition hashing', () => {
  it.each(TABLE)('puts the key %s where the official mapping puts it', (key, hash, owners) => {
    expect(hashKey(key)).toBe(hash)
    expect(COUNTS.map((count) => ownerOfHash(hash, count))).toEqual(owners)
  })

  it('has the documented ranges for one and two partitions', () => {
    expect(splitHashes(1)).toEqual([{ first: 0n, last: 9223372036854775807n }])
    expect(splitHashes(2)).toEqual([
      { first: 0n, last: 4611686018427387902n },
      { first: 4611686018427387903n, last: 9223372036854775807n }
    ])
  })

  it.each(COUNTS)('gives both ends of each of %i ranges to their owner, without gaps', (count) => {
    const ranges = splitHashes(count)
    ranges.forEach(({ first, last }, index) => {
      expect([ownerOfHash(first, count), ownerOfHash(last, count)]).toEqual([index, index])
      expect(first).toBe((ranges[index - 1]?.last ?? -1n) + 1n)
    })
    expect(ranges.at(-1)?.last).toBe(MAX_HASH)
  })

  it('sends every key of the table to its partition over the wire', async () => {
    const dis = await start()
    const reply = await send(
      dis,
      TABLE.map(([key]) => record('x', { partition_key: key }))
    )
    expect(partitionsOf(reply)).toEqual(TABLE.map(([, , owners]) => formatPartitionId(owners[2] ?? -1)))
  })
})

describe('partition ids', () => {
  it.each([
    ['shardId-0000000000', 0],
    ['shardId-0000000012', 12],
    ['SHARDID-0000000003', 3],
    ['shardId-7', 7],
    ['0', 0],
    ['12', 12]
  ])('reads %s', (text, index) => {
    expect(parsePartitionId(text)).toBe(index)
  })

  it.each(['', '-1', 'shardId--1', 'shardId-', 'partition-0', '1.5', 'shardId-0 ', '0x1', '99999999999'])(
    'does not read %j',
    (text) => {
      expect(parsePartitionId(text)).toBeUndefined()
    }
  )

  it('are answered in the long spelling whichever was sent', async () => {
    const dis = await start()
    const reply = await send(dis, [
      record('a', { partition_id: '2' }),
      record('b', { partition_id: 'shardId-0000000001' })
    ])
    expect(partitionsOf(reply)).toEqual(['shardId-0000000002', 'shardId-0000000001'])
  })
})

describe('routing of a record', () => {
  it('goes by partition id before hash key before partition key', async () => {
    const dis = await start()
    const top = MAX_HASH.toString()
    const reply = await send(dis, [
      record('x', { partition_id: '1', explicit_hash_key: top, partition_key: 'a' }),
      record('x', { explicit_hash_key: top, partition_key: 'a' }),
      record('x', { partition_key: 'a' })
    ])
    expect(partitionsOf(reply)).toEqual([1, 2, 0].map(formatPartitionId))
  })

  it('takes partitions in turn when nothing is given', async () => {
    const dis = await start()
    const reply = await send(
      dis,
      Array.from({ length: 6 }, () => record('x'))
    )
    expect(partitionsOf(reply)).toEqual([0, 1, 2, 0, 1, 2].map(formatPartitionId))
  })

  it('treats empty text and null as not given', async () => {
    const dis = await start()
    const empty = { partition_id: '', explicit_hash_key: '', partition_key: 'user-42' }
    const none = { partition_id: null, explicit_hash_key: null, partition_key: 'user-42', timestamp: null }
    const reply = await send(dis, [record('x', empty), record('x', none)], { stream_id: '' })
    expect(partitionsOf(reply)).toEqual([2, 2].map(formatPartitionId))
  })

  it('goes by the published ranges at the edges of the explicit hash key', async () => {
    const dis = await start()
    const width = MAX_HASH / 3n
    const hashes = [0n, width - 1n, width, 2n * width - 1n, 2n * width, 3n * width, MAX_HASH]
    const reply = await send(
      dis,
      hashes.map((hash) => record('x', { explicit_hash_key: hash.toString() }))
    )
    expect(partitionsOf(reply)).toEqual([0, 0, 1, 1, 2, 2, 2].map(formatPartitionId))
  })

  it('falls back to the key when the explicit hash is negative', async () => {
    const dis = await start()
    const reply = await send(dis, [record('x', { explicit_hash_key: '-5', partition_key: 'user-42' })])
    expect(partitionsOf(reply)).toEqual(['shardId-0000000002'])
  })

  it.each(['abc', '1.5', '9223372036854775808', ' 1'])(
    'refuses the explicit hash key %j for the whole request',
    async (explicit_hash_key) => {
      const dis = await start()
      const reply = await send(dis, [record('x'), record('x', { explicit_hash_key })])
      expect([reply.status, codeOf(reply)]).toEqual([400, 'DIS.4200'])
      expect(await dis.records('app-logs')).toEqual([])
    }
  )

  it('refuses a partition id that cannot be read, and stores nothing', async () => {
    const dis = await start()
    const reply = await send(dis, [record('x'), record('x', { partition_id: 'first' })])
    expect([reply.status, codeOf(reply)]).toEqual([400, 'DIS.4201'])
    expect(await dis.records('app-logs')).toEqual([])
  })

  it('fails only the record whose partition does not exist', async () => {
    const dis = await start()
    const reply = await send(dis, [record('a'), record('b', { partition_id: '3' }), record('c')])
    expect(reply.json['failed_record_count']).toBe(1)
    expect(errorsOf(reply)).toEqual([undefined, 'DIS.4302', undefined])
    expect(Object.keys(entries(reply)[1] ?? {})).toEqual(['error_code', 'error_message'])
    expect((await dis.records('app-logs')).map(({ data }) => data.toString())).toEqual(['a', 'c'])
  })
})
