import { describe, expect, it } from 'vitest'
import { formatCursor } from '../../packages/local/src/cursor.ts'
import {
  call,
  codeOf,
  cursor,
  dataOf,
  entries,
  manualClock,
  next,
  openCursor,
  read,
  record,
  STREAM,
  send,
  start
} from './calls.ts'

const inFirst = (texts: readonly string[]) => texts.map((text) => record(text, { partition_id: '0' }))

async function filled(texts: readonly string[] = ['a', 'b', 'c']) {
  const clock = manualClock()
  const dis = await start({ clock: clock.now, limits: false })
  for (const text of texts) {
    await send(dis, inFirst([text]))
    clock.advance(1_000)
  }
  return { dis, clock, startMs: clock.now() - texts.length * 1_000 }
}

describe('a cursor', () => {
  it('TRIM_HORIZON starts at the oldest record', async () => {
    const { dis } = await filled()
    expect(dataOf(await read(dis, await cursor(dis, { 'cursor-type': 'TRIM_HORIZON' })))).toEqual([
      'a',
      'b',
      'c'
    ])
  })

  it('LATEST starts behind the newest record', async () => {
    const { dis } = await filled()
    const latest = await cursor(dis, { 'cursor-type': 'LATEST' })
    expect(dataOf(await read(dis, latest))).toEqual([])
    await send(dis, inFirst(['d']))
    expect(dataOf(await read(dis, latest))).toEqual(['d'])
  })

  it.each([
    ['AT_SEQUENCE_NUMBER', '0', ['a', 'b', 'c']],
    ['AT_SEQUENCE_NUMBER', '2', ['c']],
    ['AT_SEQUENCE_NUMBER', '3', []],
    ['AFTER_SEQUENCE_NUMBER', '-1', ['a', 'b', 'c']],
    ['AFTER_SEQUENCE_NUMBER', '0', ['b', 'c']],
    ['AFTER_SEQUENCE_NUMBER', '2', []]
  ])('%s %s starts there', async (type, number, expected) => {
    const { dis } = await filled()
    const at = await cursor(dis, { 'cursor-type': type, 'starting-sequence-number': number })
    expect(dataOf(await read(dis, at))).toEqual(expected)
  })

  it('without a type means AT_SEQUENCE_NUMBER', async () => {
    const { dis } = await filled()
    expect(dataOf(await read(dis, await cursor(dis, { 'starting-sequence-number': '1' })))).toEqual([
      'b',
      'c'
    ])
  })

  it.each([
    ['AT_SEQUENCE_NUMBER', '4', 'DIS.4224'],
    ['AT_SEQUENCE_NUMBER', '-1', 'DIS.4224'],
    ['AT_SEQUENCE_NUMBER', '9223372036854775807', 'DIS.4224'],
    ['AT_SEQUENCE_NUMBER', '9223372036854775808', 'DIS.4216'],
    ['AT_SEQUENCE_NUMBER', 'one', 'DIS.4216'],
    ['AT_SEQUENCE_NUMBER', '', 'DIS.4216'],
    ['AFTER_SEQUENCE_NUMBER', '3', 'DIS.4224'],
    ['EARLIEST', '0', 'DIS.4215']
  ])('%s %s is refused', async (type, number, code) => {
    const { dis } = await filled()
    const reply = await openCursor(dis, { 'cursor-type': type, 'starting-sequence-number': number })
    expect([reply.status, codeOf(reply)]).toEqual([400, code])
    if (code === 'DIS.4224') {
      const range = `[${number}][ should be within ][0][ ][3]`
      expect(reply.json['message']).toBe(`Sequence_number out of range. ${range}`)
    }
  })

  it.each([
    [0, ['a', 'b', 'c']],
    [1, ['b', 'c']],
    [1_000, ['b', 'c']],
    [1_001, ['c']],
    [2_001, []],
    [9_999_999, []]
  ])(
    'AT_TIMESTAMP %i ms behind the first record starts at the first one that is not older',
    async (offsetMs, expected) => {
      const { dis, startMs } = await filled()
      const at = await cursor(dis, { 'cursor-type': 'AT_TIMESTAMP', timestamp: String(startMs + offsetMs) })
      expect(dataOf(await read(dis, at))).toEqual(expected)
    }
  )

  it('AT_TIMESTAMP before the oldest record says that the timestamp is expired', async () => {
    const { dis, startMs } = await filled()
    const reply = await openCursor(dis, { 'cursor-type': 'AT_TIMESTAMP', timestamp: String(startMs - 1) })
    expect([codeOf(reply), reply.json['message']]).toEqual([
      'DIS.4300',
      `Request error. [timestamp is expired, timestamp should be larger than ${startMs - 1}]`
    ])
  })

  it('ignores a timestamp of 0 that goes with another type', async () => {
    const { dis } = await filled()
    expect((await openCursor(dis, { 'cursor-type': 'TRIM_HORIZON', timestamp: '0' })).status).toBe(200)
  })

  it('is URL-safe, unpadded and at most 512 characters, for the longest name too', async () => {
    const name = 'n'.repeat(64)
    const dis = await start({ streams: [{ name, firstSequenceNumber: '9'.repeat(18) }] })
    const value = await cursor(dis, { 'stream-name': name, 'cursor-type': 'LATEST' })
    expect(value).toMatch(/^[A-Za-z0-9_-]{1,512}$/)
  })

  it('needs a stream and a partition that exist', async () => {
    const { dis } = await filled()
    expect(codeOf(await openCursor(dis, { 'stream-name': 'nope' }))).toBe('DIS.4301')
    expect(codeOf(await openCursor(dis, { 'partition-id': '3' }))).toBe('DIS.4302')
    expect(codeOf(await openCursor(dis, { 'partition-id': 'x' }))).toBe('DIS.4201')
  })

  it('lives for five minutes', async () => {
    const { dis, clock } = await filled()
    const value = await cursor(dis, { 'cursor-type': 'TRIM_HORIZON' })
    clock.advance(5 * 60_000)
    const reply = await read(dis, value)
    expect(reply.status).toBe(200)
    clock.advance(1)
    expect(codeOf(await read(dis, value))).toBe('DIS.4225')
    expect((await read(dis, next(reply))).status).toBe(200)
  })

  it.each(['', 'abc', 'e30', 'bnVsbA', '%00', 'x'.repeat(513)])(
    'that is not one (%j) is refused',
    async (value) => {
      const { dis } = await filled()
      expect(codeOf(await read(dis, value))).toBe('DIS.4217')
    }
  )

  it('ends with its stream, even if another of that name is made', async () => {
    const { dis } = await filled()
    const value = await cursor(dis, { 'cursor-type': 'TRIM_HORIZON' })
    await call(dis, 'DELETE', `streams/${STREAM}`)
    expect(codeOf(await read(dis, value))).toBe('DIS.4301')
    await call(dis, 'POST', 'streams', { body: { stream_name: STREAM, partition_count: 1 } })
    expect(codeOf(await read(dis, value))).toBe('DIS.4217')
  })

  it('is shown to be of another server by a place that does not exist', async () => {
    const { dis, clock } = await filled()
    const stream = (await call(dis, 'GET', `streams/${STREAM}`)).json
    const place = {
      streamName: STREAM,
      streamId: String(stream['stream_id']),
      partitionId: 'shardId-0000000000'
    }
    const value = formatCursor({ ...place, sequenceNumber: '99', issuedAtMs: clock.now() })
    expect(codeOf(await read(dis, value))).toBe('DIS.4217')
  })
})

describe('GetRecords', () => {
  it('gives key, number, data and time, and leaves out a key that was not sent', async () => {
    const clock = manualClock()
    const dis = await start({ clock: clock.now })
    await send(dis, [
      record('a', { partition_key: 'a' }),
      record('b', { partition_id: '0', timestamp: 1735787045000 })
    ])
    const reply = await read(dis, await cursor(dis, { 'cursor-type': 'TRIM_HORIZON' }))
    expect(entries(reply)).toEqual([
      {
        partition_key: 'a',
        sequence_number: '0',
        data: 'YQ==',
        timestamp: clock.now(),
        timestamp_type: 'CreateTime'
      },
      { sequence_number: '1', data: 'Yg==', timestamp: 1735787045000, timestamp_type: 'CreateTime' }
    ])
  })

  it('walks through a partition page by page, with a next cursor at the end too', async () => {
    const { dis } = await filled(['a', 'b', 'c', 'd', 'e'])
    const pages: string[][] = []
    let at = await cursor(dis, { 'cursor-type': 'TRIM_HORIZON' })
    for (let page = 0; page < 4; page++) {
      const reply = await read(dis, at, '&limit=2')
      pages.push(dataOf(reply))
      at = next(reply)
    }
    expect(pages).toEqual([['a', 'b'], ['c', 'd'], ['e'], []])
  })

  it('stops at max_fetch_bytes, and yields nothing for ever if that is below the next record', async () => {
    const { dis } = await filled(['aa', 'bb', 'cccccc'])
    const first = await read(dis, await cursor(dis, { 'cursor-type': 'TRIM_HORIZON' }), '&max_fetch_bytes=5')
    expect(dataOf(first)).toEqual(['aa', 'bb'])
    const stuck = await read(dis, next(first), '&max_fetch_bytes=5')
    expect(dataOf(stuck)).toEqual([])
    expect(dataOf(await read(dis, next(stuck), '&max_fetch_bytes=6'))).toEqual(['cccccc'])
  })

  it.each(['limit=0', 'limit=10001', 'limit=x', 'max_fetch_bytes=0'])('refuses %s', async (query) => {
    const { dis } = await filled()
    const value = await cursor(dis, { 'cursor-type': 'TRIM_HORIZON' })
    expect(codeOf(await read(dis, value, `&${query}`))).toBe('DIS.4200')
  })

  it('keeps a bounded number of bytes; a cursor to what is gone says so', async () => {
    const dis = await start({ limits: false, maxBytesPerPartition: 5_000 })
    const old = await cursor(dis, { 'cursor-type': 'TRIM_HORIZON' })
    for (let n = 0; n < 50; n++) await send(dis, inFirst([String(n).padStart(100, '0')]))
    expect(codeOf(await read(dis, old))).toBe('DIS.4226')
    const horizon = await read(dis, await cursor(dis, { 'cursor-type': 'TRIM_HORIZON' }))
    expect(entries(horizon).map((entry) => entry['sequence_number'])).toEqual(
      Array.from({ length: 10 }, (_, n) => String(40 + n))
    )
    expect((await dis.records(STREAM)).map(({ sequenceNumber }) => sequenceNumber)).toHaveLength(10)
    expect(codeOf(await openCursor(dis, { 'starting-sequence-number': '39' }))).toBe('DIS.4224')
    expect(
      dataOf(
        await read(
          dis,
          await cursor(dis, { 'cursor-type': 'AFTER_SEQUENCE_NUMBER', 'starting-sequence-number': '39' })
        )
      )
    ).toHaveLength(10)
  })
})
