import { describe, expect, it } from 'vitest'
import { call, MEBIBYTE, STREAM, timed, type Victim, victim } from './victim.ts'

/** Far above what any of these takes, and far below what each took. */
const MAX_MS = 5_000

async function refused(server: Victim, body: Buffer | string, headers = {}): Promise<string> {
  const [ms, { status, text }] = await timed(() => call(server, 'POST', 'records', body, headers))
  expect(status).toBeGreaterThanOrEqual(400)
  expect(status).toBeLessThan(500)
  expect(ms).toBeLessThan(MAX_MS)
  return text
}

const frame = (window: number, ...blocks: readonly number[][]) =>
  Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, window, ...blocks.flat()])
const raw = (last: number, ...bytes: number[]) => [(bytes.length << 3) | last, 0, 0, ...bytes]
const zstd = (length: number) => ({ 'content-encoding': 'zstd', 'x-dis-zstd-content-length': String(length) })

describe('a compressed body', () => {
  it('in zstd is refused for its window before anything is allocated, in whatever frame it is', async () => {
    const server = await victim()
    const skippable = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 0, 0])
    const big = frame(0xa8, raw(1, 0x61, 0x62, 0x63, 0x64, 0x65))
    const small = frame(0x50, raw(1, 0x61))
    for (const body of [big, Buffer.concat([skippable, big]), Buffer.concat([small, big])]) {
      expect(await refused(server, body, zstd(5))).toContain('8388608')
    }
    expect((await server.measure()).grownMiB).toBeLessThan(100)
  })

  it('in zstd whose decoder would never come to an end is refused', async () => {
    const server = await victim()
    // Weights of the Huffman table whose own table has one symbol: it takes no bits, so they are never used up.
    const literals = [0x16, 0x40, 0x01, 4, 0xf0, 0x03, 0x01, 0x01, 0x01]
    const block = [((literals.length + 1) << 3) | 4 | 1, 0, 0, ...literals, 0]
    await refused(server, frame(0x50, block), zstd(5))
    await refused(server, Buffer.concat([frame(0x50), Buffer.alloc(9_000_000)]), zstd(5))
    await refused(server, Buffer.concat(Array.from({ length: 900_000 }, () => frame(0x50, raw(1)))), zstd(5))
  })

  it.each(['lz4', 'snappy', 'zstd'])(
    'in %s of a few bytes is refused if it would be too large',
    async (name) => {
      const server = await victim()
      const sizes = { snappy: Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f, 0, 0]) }
      const body =
        name === 'snappy'
          ? sizes.snappy
          : name === 'zstd'
            ? frame(0x50, [0x03 | 0xf8, 0xff, 0xff, 0x61])
            : Buffer.alloc(20, 0x1f)
      for (const length of ['5', '12582912', '99999999999999999999', '1e9', '-1', '0x10', '']) {
        await refused(server, body, { 'content-encoding': name, [`x-dis-${name}-content-length`]: length })
      }
      expect((await server.measure()).grownMiB).toBeLessThan(150)
    }
  )
})

describe('a signature', () => {
  const auth = { keys: [{ accessKey: 'AK', secretKey: 'SK' }] }
  const signed = (names: string) => ({
    'x-sdk-date': `${new Date().toISOString().replace(/[-:]|\.\d+/g, '')}`,
    authorization: `SDK-HMAC-SHA256 Access=AK, SignedHeaders=${names}, Signature=${'0'.repeat(64)}`
  })

  it('that names a header again and again is refused at once', async () => {
    const server = await victim({ auth })
    const value = 'x '.repeat(15_000)
    const same = Array.from({ length: 500 }, () => 'x-long').join(';')
    expect(await refused(server, '{}', { ...signed(same), 'x-long': value })).toContain('SignedHeaders')
    const many = Array.from({ length: 5_000 }, (_, n) => `h${n}`).join(';')
    expect(await refused(server, '{}', signed(many))).toContain('SignedHeaders')
    await refused(server, '{}', signed('x-long;host'))
  })

  it('that names what every object has is refused as one that does not match', async () => {
    const server = await victim({ auth })
    for (const names of ['constructor', '__proto__', 'host;tostring;valueof', 'hasownproperty']) {
      expect(await refused(server, '{}', signed(names))).toContain('DIS.4100')
    }
  })

  it('over a long query is checked in a bounded time', async () => {
    const server = await victim({ auth })
    const query = Array.from({ length: 1_500 }, (_, n) => `${n}=+`).join('&')
    const names = Array.from({ length: 60 }, (_, n) => `x-${n}`)
    const headers = Object.fromEntries(names.map((name) => [name, ' a  b'.repeat(180)]))
    const path = `streams?${query.slice(0, 8_000)}`
    const [ms, { status }] = await timed(() =>
      call(server, 'GET', path, undefined, { ...signed(names.join(';')), ...headers })
    )
    expect([status, ms < MAX_MS]).toEqual([441, true])
  })
})

describe('a body', () => {
  it('that nests deeply, or holds too many things, is refused', async () => {
    const server = await victim()
    const deep = '['.repeat(6_000_000)
    await refused(server, deep)
    await refused(server, `{"records":[${'{},'.repeat(4_000_000)}{}]}`)
    await refused(server, `{"records":[${'0,'.repeat(6_000_000)}0]}`)
    const entries = Buffer.alloc(12_000_000, Buffer.from([0x12, 0x00]))
    await refused(server, entries, { 'content-type': 'application/x-protobuf' })
    expect((await server.measure()).grownMiB).toBeLessThan(400)
  })

  it('that names a stream of megabytes gets a short answer', async () => {
    const server = await victim()
    const body = JSON.stringify({ stream_name: '\u0000'.repeat(1_500_000), records: [{ data: '' }] })
    expect((await refused(server, body)).length).toBeLessThan(5_000)
  })

  it('of one record as large as it gets is taken, and can be read', async () => {
    const server = await victim()
    const data = Buffer.alloc(9 * MEBIBYTE - 100).toString('base64')
    expect(
      (
        await call(
          server,
          'POST',
          'records',
          JSON.stringify({ stream_name: STREAM, records: [{ data, partition_id: '0' }] })
        )
      ).status
    ).toBe(200)
    const opened = await call(
      server,
      'GET',
      `cursors?stream-name=${STREAM}&partition-id=0&cursor-type=TRIM_HORIZON`
    )
    const path = `records?partition-cursor=${JSON.parse(opened.text).partition_cursor}`
    const most = await call(server, 'GET', `${path}&max_fetch_bytes=9007199254740991`)
    expect([most.status, JSON.parse(most.text).records.length]).toEqual([200, 1])
    expect(
      (
        await call(
          server,
          'POST',
          'records',
          `{"stream_name":"${STREAM}","records":[{"data":"${'A'.repeat(11_999_999)}!"}]}`
        )
      ).status
    ).toBe(400)
  })
})

describe('a new stream', () => {
  const create = (server: Victim, fields: object | string) =>
    call(server, 'POST', 'streams', typeof fields === 'string' ? fields : JSON.stringify(fields))

  it('with tags that are no tags is refused, and ListStreams goes on', async () => {
    const server = await victim()
    const nested = `{"stream_name":"a","partition_count":1,"tags":[${'['.repeat(20_000)}${']'.repeat(20_000)}]}`
    expect((await create(server, nested)).status).toBe(400)
    const wrong = [
      5,
      'x',
      [[]],
      [{}],
      [{ key: 'a', value: {} }],
      [{ key: 'a'.repeat(200) }],
      Array.from({ length: 11 }, () => ({ key: 'a' }))
    ]
    for (const tags of wrong)
      expect((await create(server, { stream_name: 'a', partition_count: 1, tags })).status).toBe(400)
    const tags = [{ key: '__proto__', value: 'v', other: [[]] }]
    expect((await create(server, { stream_name: 'a', partition_count: 1, tags })).status).toBe(201)
    const { status, text } = await call(server, 'GET', 'streams')
    expect([status, JSON.parse(text).stream_info_list[0].tags]).toEqual([
      200,
      [{ key: '__proto__', value: 'v' }]
    ])
  })

  it.each(['__proto__', 'constructor', 'toString'])('may be called %s', async (name) => {
    const server = await victim()
    expect((await create(server, { stream_name: name, partition_count: 1 })).status).toBe(201)
    const body = JSON.stringify({
      stream_name: name,
      records: [{ data: 'eA==', partition_key: '__proto__' }]
    })
    expect((await call(server, 'POST', 'records', body)).status).toBe(200)
    expect(JSON.parse((await call(server, 'GET', `streams/${name}`)).text).stream_name).toBe(name)
    expect(Object.keys((await server.measure()).stats.streams)).toEqual([name])
    expect((await call(server, 'DELETE', `streams/${name}`)).status).toBe(204)
    expect((await create(server, `{"__proto__":{"stream_name":"evil"},"partition_count":1}`)).status).toBe(
      400
    )
  })
})
