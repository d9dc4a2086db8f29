import { describe, expect, it } from 'vitest'
import { base64, call, codeOf, entries, manualClock, record, STREAM, send, start } from './calls.ts'

describe('SendRecords', () => {
  it('answers one entry for each record, in order, with numbers from 0 on in each partition', async () => {
    const dis = await start()
    const ids = ['0', '1', '0', '0', '1']
    const reply = await send(
      dis,
      ids.map((partition_id) => record('x', { partition_id }))
    )
    expect(reply.status).toBe(200)
    expect(reply.json['failed_record_count']).toBe(0)
    expect(entries(reply)).toEqual([
      { partition_id: 'shardId-0000000000', sequence_number: '0' },
      { partition_id: 'shardId-0000000001', sequence_number: '0' },
      { partition_id: 'shardId-0000000000', sequence_number: '1' },
      { partition_id: 'shardId-0000000000', sequence_number: '2' },
      { partition_id: 'shardId-0000000001', sequence_number: '1' }
    ])
  })

  it('keeps sequence numbers exact beyond what a number can hold', async () => {
    const firstSequenceNumber = '900719925474099301'
    const dis = await start({ streams: [{ name: STREAM, firstSequenceNumber }] })
    const reply = await send(dis, [record('a'), record('b')])
    expect(entries(reply).map((entry) => entry['sequence_number'])).toEqual([
      firstSequenceNumber,
      '900719925474099302'
    ])
  })

  it('keeps bytes, key, place and time of what arrived, in the order of arrival', async () => {
    const clock = manualClock()
    const dis = await start({ clock: clock.now })
    const bytes = Buffer.from([0, 255, 10, 128])
    await send(dis, [{ data: bytes.toString('base64'), partition_key: 'user-42' }])
    clock.advance(5)
    await send(dis, [
      record('b', { partition_id: '0', timestamp: 1735787045000 }),
      record('', { partition_id: '0' })
    ])
    expect(await dis.records(STREAM)).toEqual([
      {
        data: bytes,
        partitionKey: 'user-42',
        partitionId: 'shardId-0000000002',
        sequenceNumber: '0',
        timestamp: clock.now() - 5
      },
      {
        data: Buffer.from('b'),
        partitionKey: undefined,
        partitionId: 'shardId-0000000000',
        sequenceNumber: '0',
        timestamp: 1735787045000
      },
      {
        data: Buffer.alloc(0),
        partitionKey: undefined,
        partitionId: 'shardId-0000000000',
        sequenceNumber: '1',
        timestamp: clock.now()
      }
    ])
  })

  it('takes the path with and without a slash at the end', async () => {
    const dis = await start()
    const body = { stream_name: STREAM, records: [record('x')] }
    expect((await call(dis, 'POST', 'records/', { body })).status).toBe(200)
    expect((await call(dis, 'POST', 'records', { body })).status).toBe(200)
  })

  it.each([
    'application/json; charset=utf-8',
    'application/json; charset=UTF-8',
    'APPLICATION/JSON',
    'text/plain'
  ])('reads JSON sent as %s', async (type) => {
    const dis = await start()
    const reply = await call(dis, 'POST', 'records', {
      body: { stream_name: STREAM, records: [record('x')] },
      headers: { 'content-type': type }
    })
    expect(reply.status).toBe(200)
  })

  it('names its content type and gives each answer an id of its own', async () => {
    const dis = await start()
    const replies = [await send(dis, [record('x')]), await send(dis, [])]
    for (const { headers } of replies)
      expect(headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(new Set(replies.map(({ headers }) => headers.get('x-request-id'))).size).toBe(2)
  })

  it('finds the stream by name, then by id', async () => {
    const dis = await start({ streams: [{ name: STREAM, id: 'sid01' }, { name: 'other' }] })
    const body = (stream_name: unknown, stream_id: unknown) => ({
      stream_name,
      stream_id,
      records: [record('x')]
    })
    const status = async (name: unknown, id: unknown) =>
      (await call(dis, 'POST', 'records', { body: body(name, id) })).status
    expect(await status('no-such', 'sid01')).toBe(200)
    expect(await status(undefined, 'sid01')).toBe(200)
    expect(await status('other', 'sid01')).toBe(200)
    expect([(await dis.records(STREAM)).length, (await dis.records('other')).length]).toEqual([2, 1])
    expect(await status('no-such', 'sid02')).toBe(400)
  })

  it('says which stream does not exist', async () => {
    const dis = await start()
    const reply = await send(dis, [record('x')], { stream_name: 'nope' })
    expect(reply.status).toBe(400)
    expect(reply.json).toEqual({
      errorCode: 'DIS.4301',
      message: 'Stream does not exist. [nope][0123456789abcdef0123456789abcdef]'
    })
  })
})

describe('a malformed SendRecords request', () => {
  const good = { stream_name: STREAM, records: [record('x')] }

  it.each([
    ['no body', '', 'DIS.4202'],
    ['text that is not JSON', '{"stream_name":', 'DIS.4200'],
    ['a JSON list', [], 'DIS.4200'],
    ['no records', { stream_name: STREAM }, 'DIS.4202'],
    ['an empty list of records', { ...good, records: [] }, 'DIS.4202'],
    ['records that are an object', { ...good, records: record('x') }, 'DIS.4200'],
    ['a record that is text', { ...good, records: ['x'] }, 'DIS.4200'],
    ['no stream name', { records: good.records }, 'DIS.4200'],
    ['a number for stream_name', { ...good, stream_name: 5 }, 'DIS.4200'],
    ['a number for stream_id', { ...good, stream_id: 5 }, 'DIS.4200'],
    ['a number for partition_id', { ...good, records: [record('x', { partition_id: 0 })] }, 'DIS.4200'],
    ['a number for partition_key', { ...good, records: [record('x', { partition_key: 7 })] }, 'DIS.4200'],
    [
      'a number for explicit_hash_key',
      { ...good, records: [record('x', { explicit_hash_key: 7 })] },
      'DIS.4200'
    ],
    ['text for timestamp', { ...good, records: [record('x', { timestamp: '1735787045000' })] }, 'DIS.4200'],
    ['a fraction for timestamp', { ...good, records: [record('x', { timestamp: 1.5 })] }, 'DIS.4200'],
    ['no data', { ...good, records: [{ partition_key: 'a' }] }, 'DIS.4200'],
    ['data without padding', { ...good, records: [{ data: 'ZGF0YQ' }] }, 'DIS.4200'],
    ['URL-safe Base64', { ...good, records: [{ data: '_-__' }] }, 'DIS.4200'],
    ['Base64 with line breaks', { ...good, records: [{ data: 'ZGF0\nYQ=' }] }, 'DIS.4200']
  ])('with %s is refused', async (_, body, code) => {
    const dis = await start()
    const reply = await call(dis, 'POST', 'records', { body })
    expect([reply.status, codeOf(reply)]).toEqual([400, code])
    expect(await dis.records(STREAM)).toEqual([])
  })

  it('but not for fields that nobody knows', async () => {
    const dis = await start()
    const reply = await send(dis, [record('x', { colour: 'red' })], { colour: 7 })
    expect(reply.status).toBe(200)
  })
})

describe('size limits', () => {
  const MIB = 1_048_576
  const sized = (bytes: number) => record('x'.repeat(bytes))

  const mebibytes = (count: number) => Array.from({ length: count }, () => sized(MIB))

  it.each<[string, number, 'COMMON' | 'ADVANCED', number]>([
    ['5 MiB at least', 3, 'COMMON', 5],
    ['1 MiB for each partition', 7, 'COMMON', 7],
    ['5 MiB for a partition of an ADVANCED stream', 1, 'ADVANCED', 5]
  ])(
    'let %s of data through, and one byte more gets 413 from the gateway',
    async (_, partitions, type, max) => {
      const dis = await start({ streams: [{ name: STREAM, partitions, type }] })
      expect((await send(dis, mebibytes(max))).status).toBe(200)
      const reply = await send(dis, [...mebibytes(max), sized(1)])
      expect(reply.status).toBe(413)
      expect(reply.json).toEqual({
        error_code: 'APIGW.0201',
        error_msg: expect.stringContaining(String(max * MIB + 1)),
        request_id: reply.headers.get('x-request-id')
      })
    }
  )

  it('count the partitions that are written now', async () => {
    const dis = await start({ streams: [{ name: STREAM, partitions: 7 }] })
    const body = { target_partition_count: 6 }
    expect((await call(dis, 'PUT', `streams/${STREAM}`, { body })).status).toBe(200)
    expect((await send(dis, mebibytes(7))).status).toBe(413)
  })

  it('may be what the API reference says in its strict reading: 1 MiB a request', async () => {
    const dis = await start({ limits: { requestBytes: MIB }, clock: manualClock().now })
    expect((await send(dis, [sized(MIB / 2), sized(MIB / 2)])).status).toBe(200)
    expect((await send(dis, [sized(MIB / 2), sized(MIB / 2 + 1)])).status).toBe(413)
  })

  it('refuse a record above 1 MiB', async () => {
    const dis = await start()
    const reply = await send(dis, [sized(MIB + 1)])
    expect([reply.status, codeOf(reply)]).toEqual([400, 'DIS.4200'])
  })

  it('are off with limits: false, but not the 12 MiB of any body', async () => {
    const dis = await start({ limits: false })
    expect((await send(dis, [sized(3 * MIB)])).status).toBe(200)
    const reply = await call(dis, 'POST', 'records', { body: 'x'.repeat(12 * MIB + 1) })
    expect([reply.status, reply.json['error_code']]).toEqual([413, 'APIGW.0201'])
  })
})

describe('a compressed body', () => {
  it('is refused by name if the server has no codec for it', async () => {
    const dis = await start()
    const body = JSON.stringify({ stream_name: STREAM, records: [{ data: base64('x') }] })
    const reply = await call(dis, 'POST', 'records', { body, headers: { 'content-encoding': 'br' } })
    expect([reply.status, codeOf(reply)]).toEqual([400, 'DIS.4200'])
    expect(reply.text).toContain('Content-Encoding br')
  })
})
