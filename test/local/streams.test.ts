import { describe, expect, it } from 'vitest'
import type { DisServer } from '../../packages/local/src/server.ts'
import {
  call,
  codeOf,
  cursor,
  dataOf,
  errorsOf,
  manualClock,
  partitionsOf,
  type Reply,
  read,
  record,
  STREAM,
  send,
  start
} from './calls.ts'

const create = (dis: DisServer, body: Readonly<Record<string, unknown>>) =>
  call(dis, 'POST', 'streams', { body })
const describeStream = (dis: DisServer, name: string = STREAM, query: string = '') =>
  call(dis, 'GET', `streams/${name}${query}`)
const rescale = (dis: DisServer, target_partition_count: unknown, name: string = STREAM) =>
  call(dis, 'PUT', `streams/${name}`, { body: { stream_name: name, target_partition_count } })

function listed(reply: Reply): Readonly<Record<string, unknown>>[] {
  const list = reply.json['partitions']
  if (!Array.isArray(list)) throw new Error(`no partitions in ${reply.text}`)
  return list
}

const states = (reply: Reply) => listed(reply).map(({ status }) => status)

describe('DescribeStream', () => {
  it('tells everything about a stream', async () => {
    const clock = manualClock()
    const dis = await start({ clock: clock.now, streams: [{ name: STREAM, partitions: 2, id: 'sid01' }] })
    await send(dis, [record('x', { partition_id: '0' })])
    expect((await describeStream(dis)).json).toEqual({
      stream_name: STREAM,
      stream_id: 'sid01',
      create_time: clock.now(),
      last_modified_time: clock.now(),
      retention_period: 24,
      status: 'RUNNING',
      stream_type: 'COMMON',
      data_type: 'BLOB',
      writable_partition_count: 2,
      readable_partition_count: 2,
      partitions: [
        {
          status: 'ACTIVE',
          partition_id: 'shardId-0000000000',
          parent_partitions: '',
          hash_range: '[0 : 4611686018427387902]',
          sequence_number_range: '[0 : 1]'
        },
        {
          status: 'ACTIVE',
          partition_id: 'shardId-0000000001',
          parent_partitions: '',
          hash_range: '[4611686018427387903 : 9223372036854775807]',
          sequence_number_range: '[0 : 0]'
        }
      ],
      has_more_partitions: false,
      update_partition_counts: [],
      tags: [],
      auto_scale_enabled: false,
      auto_scale_min_partition_count: 2,
      auto_scale_max_partition_count: 2
    })
  })

  it('pages through partitions behind a given one', async () => {
    const dis = await start({ streams: [{ name: STREAM, partitions: 5 }] })
    const page = async (query: string) => {
      const reply = await describeStream(dis, STREAM, query)
      return [
        listed(reply)
          .map(({ partition_id }) => String(partition_id).slice(-1))
          .join(''),
        reply.json['has_more_partitions']
      ]
    }
    expect(await page('?limit_partitions=2')).toEqual(['01', true])
    expect(await page('?limit_partitions=2&start_partitionId=shardId-0000000001')).toEqual(['23', true])
    expect(await page('?limit_partitions=2&start_partitionId=shardId-0000000003')).toEqual(['4', false])
    expect(codeOf(await describeStream(dis, STREAM, '?start_partitionId=1'))).toBe('DIS.4201')
    expect(codeOf(await describeStream(dis, STREAM, '?limit_partitions=1001'))).toBe('DIS.4200')
  })

  it('finds by id what it does not find by name, with and without a slash at the end', async () => {
    const dis = await start({ streams: [{ name: STREAM, id: 'sid01' }] })
    expect((await describeStream(dis, 'nope', '/?stream_id=sid01')).json['stream_name']).toBe(STREAM)
    expect(codeOf(await describeStream(dis, 'nope', '?stream_id='))).toBe('DIS.4301')
  })

  it('finds by id alone, as the Python and Java SDKs ask for a stream of another account', async () => {
    const dis = await start({ streams: [{ name: STREAM, id: 'sid01', partitions: 3 }, { name: 'other' }] })
    for (const path of ['streams/?stream_id=sid01', 'streams?stream_id=sid01&limit_partitions=2&']) {
      const { json } = await call(dis, 'GET', path)
      expect(json).toMatchObject({ stream_name: STREAM, stream_id: 'sid01', status: 'RUNNING' })
    }
    expect(codeOf(await call(dis, 'GET', 'streams/?stream_id=sid02'))).toBe('DIS.4301')
    expect((await call(dis, 'GET', 'streams/?stream_id=')).json['total_number']).toBe(2)
    dis.faults.add({ kind: '500', action: 'DescribeStream' })
    expect((await call(dis, 'GET', 'streams/?stream_id=sid01')).status).toBe(500)
  })
})

describe('CreateStream', () => {
  it('answers 201 without a body, and the stream is there', async () => {
    const dis = await start()
    const reply = await create(dis, {
      stream_name: 'new',
      partition_count: 2,
      stream_type: 'ADVANCED',
      data_type: 'JSON',
      data_duration: 48
    })
    expect([reply.status, reply.text, reply.headers.get('content-type')]).toEqual([
      201,
      '',
      'application/json; charset=utf-8'
    ])
    expect((await describeStream(dis, 'new')).json).toMatchObject({
      stream_type: 'ADVANCED',
      data_type: 'JSON',
      retention_period: 48,
      writable_partition_count: 2
    })
    expect((await send(dis, [record('x')], { stream_name: 'new' })).status).toBe(200)
  })

  it('keeps the stream CREATING for as long as the options say', async () => {
    const clock = manualClock()
    const dis = await start({ clock: clock.now, createDelayMs: 5_000 })
    await create(dis, { stream_name: 'new', partition_count: 1 })
    expect((await describeStream(dis, 'new')).json['status']).toBe('CREATING')
    expect(codeOf(await send(dis, [record('x')], { stream_name: 'new' }))).toBe('DIS.4205')
    expect(codeOf(await rescale(dis, 2, 'new'))).toBe('DIS.4205')
    clock.advance(5_000)
    expect((await describeStream(dis, 'new')).json['status']).toBe('RUNNING')
    expect((await send(dis, [record('x')], { stream_name: 'new' })).status).toBe(200)
  })

  it.each([
    ['a name that is taken', { stream_name: STREAM, partition_count: 1 }, 'DIS.4307'],
    ['a name with a space', { stream_name: 'a b', partition_count: 1 }, 'DIS.4200'],
    ['a name of 65 letters', { stream_name: 'a'.repeat(65), partition_count: 1 }, 'DIS.4200'],
    ['no partition count', { stream_name: 'a' }, 'DIS.4200'],
    ['no partitions', { stream_name: 'a', partition_count: 0 }, 'DIS.4200'],
    ['another type', { stream_name: 'a', partition_count: 1, stream_type: 'FAST' }, 'DIS.4200'],
    ['another data type', { stream_name: 'a', partition_count: 1, data_type: 'XML' }, 'DIS.4200'],
    ['too short a retention', { stream_name: 'a', partition_count: 1, data_duration: 1 }, 'DIS.4200'],
    ['more partitions than the quota', { stream_name: 'a', partition_count: 48 }, 'DIS.4308'],
    [
      'more ADVANCED partitions than the quota',
      { stream_name: 'a', partition_count: 11, stream_type: 'ADVANCED' },
      'DIS.4308'
    ]
  ])('refuses %s', async (_, body, code) => {
    const dis = await start()
    const reply = await create(dis, body)
    expect([reply.status, codeOf(reply)]).toEqual([400, code])
  })
})

describe('ListStreams', () => {
  it('pages by name', async () => {
    const dis = await start({ streams: ['c', 'a', 'b'].map((name) => ({ name })) })
    const page = async (query: string) => {
      const { json } = await call(dis, 'GET', `streams${query}`)
      return [json['total_number'], json['stream_names'], json['has_more_streams']]
    }
    expect(await page('')).toEqual([3, ['a', 'b', 'c'], false])
    expect(await page('/?limit=2')).toEqual([3, ['a', 'b'], true])
    expect(await page('?limit=2&start_stream_name=b')).toEqual([3, ['c'], false])
    expect(codeOf(await call(dis, 'GET', 'streams?limit=101'))).toBe('DIS.4200')
  })

  it('describes each stream in short', async () => {
    const clock = manualClock()
    const dis = await start({ clock: clock.now, streams: [{ name: STREAM, partitions: 2, id: 'sid01' }] })
    expect((await call(dis, 'GET', 'streams')).json['stream_info_list']).toEqual([
      {
        stream_name: STREAM,
        stream_id: 'sid01',
        create_time: clock.now(),
        retention_period: 24,
        status: 'RUNNING',
        stream_type: 'COMMON',
        data_type: 'BLOB',
        partition_count: 2,
        tags: []
      }
    ])
  })
})

describe('DeleteStream', () => {
  it('answers 204, and the stream is gone', async () => {
    const dis = await start()
    const reply = await call(dis, 'DELETE', `streams/${STREAM}`)
    expect([reply.status, reply.text]).toEqual([204, ''])
    expect(codeOf(await describeStream(dis))).toBe('DIS.4301')
    expect(codeOf(await call(dis, 'DELETE', `streams/${STREAM}/`))).toBe('DIS.4301')
    await expect(dis.records(STREAM)).rejects.toThrow('there are no streams')
  })
})

describe('UpdatePartitionCount', () => {
  it('closes the last partitions when scaling down: they can be read but not written', async () => {
    const clock = manualClock()
    const dis = await start({ clock: clock.now })
    await send(dis, [record('kept', { partition_id: '2' })])
    const reply = await rescale(dis, 1)
    expect(reply.json).toEqual({ stream_name: STREAM, current_partition_count: 3, target_partition_count: 1 })
    const description = await describeStream(dis)
    expect(states(description)).toEqual(['ACTIVE', 'DELETED', 'DELETED'])
    expect(description.json).toMatchObject({ writable_partition_count: 1, readable_partition_count: 3 })
    expect(
      errorsOf(
        await send(dis, [record('x', { partition_id: '2' }), record('x', { partition_key: 'user-42' })])
      )
    ).toEqual(['DIS.4319', undefined])
    expect(
      dataOf(await read(dis, await cursor(dis, { 'partition-id': '2', 'cursor-type': 'TRIM_HORIZON' })))
    ).toEqual(['kept'])
  })

  it('adds partitions with new ids when scaling up, and shares the hashes anew', async () => {
    const dis = await start()
    await rescale(dis, 1)
    await rescale(dis, 2)
    const description = await describeStream(dis)
    expect(states(description)).toEqual(['ACTIVE', 'DELETED', 'DELETED', 'ACTIVE'])
    expect(
      listed(description)
        .filter(({ status }) => status === 'ACTIVE')
        .map(({ hash_range }) => hash_range)
    ).toEqual(['[0 : 4611686018427387902]', '[4611686018427387903 : 9223372036854775807]'])
    const reply = await send(dis, [record('x', { partition_key: 'user-42' }), record('x'), record('x')])
    expect(partitionsOf(reply)).toEqual(['shardId-0000000003', 'shardId-0000000000', 'shardId-0000000003'])
    // No result_code and result_msg: the official clients for Python (v3) and Go cannot read what others can.
    const at = expect.any(Number)
    expect(description.json['update_partition_counts']).toEqual([
      { create_timestamp: at, src_partition_count: 3, target_partition_count: 1, auto_scale: false },
      { create_timestamp: at, src_partition_count: 1, target_partition_count: 2, auto_scale: false }
    ])
  })

  it('sends keys that it has seen before to their new owners', async () => {
    const dis = await start()
    const owner = async () => partitionsOf(await send(dis, [record('x', { partition_key: 'hello world' })]))
    expect(await owner()).toEqual(['shardId-0000000002'])
    await rescale(dis, 10)
    expect(await owner()).toEqual(['shardId-0000000007'])
  })

  it('gives new partitions limits of their own', async () => {
    const dis = await start({ clock: manualClock().now, streams: [{ name: STREAM }] })
    await rescale(dis, 2)
    const reply = await send(
      dis,
      Array.from({ length: 1_001 }, () => record('x', { partition_id: '1' }))
    )
    expect(reply.json['failed_record_count']).toBe(1)
  })

  it.each([
    ['no target', undefined, 'DIS.4200'],
    ['a target of 0', 0, 'DIS.4200'],
    ['a target above the quota', 51, 'DIS.4308']
  ])('refuses %s', async (_, target, code) => {
    const dis = await start()
    expect(codeOf(await rescale(dis, target))).toBe(code)
  })

  it('refuses a body that names another stream', async () => {
    const dis = await start()
    const reply = await call(dis, 'PUT', `streams/${STREAM}`, {
      body: { stream_name: 'other', target_partition_count: 2 }
    })
    expect(codeOf(reply)).toBe('DIS.4200')
  })
})
