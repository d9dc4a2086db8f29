import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { LocalDisOptionError } from '../../packages/local/src/checks.ts'
import { type ServerOptions, startServer } from '../../packages/local/src/server.ts'
import { urlOf } from '../../packages/local/src/server-url.ts'
import { call, record, STREAM, send, start } from './calls.ts'

describe('the server', () => {
  it.each([
    ['127.0.0.1', 'http://127.0.0.1:80'],
    ['localhost', 'http://localhost:80'],
    ['::1', 'http://[::1]:80'],
    ['0.0.0.0', 'http://127.0.0.1:80'],
    ['::', 'http://[::1]:80']
  ])('that listens on %s is called by an address that clients can connect to', (host, url) => {
    expect(urlOf(host, 80)).toBe(url)
  })

  it('listens on loopback, on a free port', async () => {
    const dis = await start()
    expect(dis.url).toBe(`http://127.0.0.1:${dis.port}`)
    expect(dis.port).toBeGreaterThan(0)
  })

  it('rejects if the port is taken', async () => {
    const dis = await start()
    await expect(startServer({ port: dis.port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })

  it.each([
    ['GET', '/'],
    ['GET', '/v1/p/streams'],
    ['GET', '/v2//streams'],
    ['GET', '/v2/p/policies'],
    ['PATCH', '/v2/p/records'],
    ['DELETE', '/v2/p/streams'],
    ['GET', '/v2/p/streams/a/b'],
    ['POST', '/v2/p/records/x']
  ])('answers %s %s as the gateway does for an API that it does not know', async (method, path) => {
    const dis = await start()
    const response = await fetch(`${dis.url}${path}`, { method })
    expect([response.status, await response.json()]).toEqual([
      404,
      { error_code: 'APIGW.0101', error_msg: expect.any(String), request_id: expect.any(String) }
    ])
  })

  it('closes at once although connections are open, and again without harm', async () => {
    const dis = await start()
    const socket = connect(dis.port, '127.0.0.1')
    const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()))
    socket.on('error', () => {})
    socket.write('POST /v2/p/records HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\nhalf')
    await send(dis, [record('x')])
    await Promise.all([dis.close(), dis.close()])
    await ended
    await dis.close()
    await expect(send(dis, [record('x')])).rejects.toThrow()
    expect(dis.stats().connections.open).toBe(0)
    expect(await dis.records(STREAM)).toHaveLength(1)
  })

  it('gives what is taken once, in the order of arrival, and its place is free again', async () => {
    // Room for three records, and not for four.
    const dis = await start({ maxBytes: 1_500 })
    for (const text of ['a', 'b', 'c']) await send(dis, [record(text)])
    const texts = async (way: 'records' | 'takeRecords') =>
      (await dis[way](STREAM)).map(({ data }) => String(data))
    expect(await texts('records')).toEqual(['a', 'b', 'c'])
    expect(await texts('takeRecords')).toEqual(['a', 'b', 'c'])
    for (const text of ['d', 'e', 'f']) await send(dis, [record(text)])
    expect(await texts('takeRecords')).toEqual(['d', 'e', 'f'])
    expect(await texts('records')).toEqual([])
    expect(dis.stats().recordsAccepted).toBe(6)
    await expect(dis.takeRecords('none')).rejects.toThrow(LocalDisOptionError)
  })

  it('survives a client that leaves in the middle of a request', async () => {
    const dis = await start()
    const socket = connect(dis.port, '127.0.0.1')
    socket.on('error', () => {})
    socket.write('POST /v2/p/records HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\nhalf')
    while (dis.stats().requests < 1) await call(dis, 'GET', 'streams')
    socket.destroy()
    expect((await send(dis, [record('x')])).status).toBe(200)
  })

  it('counts what it does', async () => {
    const dis = await start({ limits: { recordsPerSecond: 1 }, clock: () => 0 })
    await send(dis, [
      record('abc', { partition_id: '1' }),
      record('de', { partition_id: '1' }),
      record('x', { partition_id: '9' })
    ])
    await send(dis, [record('abc')], { stream_name: 'nope' })
    await call(dis, 'GET', 'streams')
    await call(dis, 'GET', 'nothing')
    expect(dis.stats()).toEqual({
      requests: 4,
      actions: { SendRecords: 2, ListStreams: 1, other: 1 },
      statuses: { 200: 2, 400: 1, 404: 1 },
      recordsAccepted: 1,
      recordsThrottled: 1,
      recordsFailed: 1,
      bytesAccepted: 3,
      authRefused: 0,
      faults: {},
      connections: { open: expect.any(Number), total: expect.any(Number) },
      streams: {
        [STREAM]: {
          recordsAccepted: 1,
          recordsThrottled: 1,
          recordsFailed: 1,
          bytesAccepted: 3,
          partitions: {
            'shardId-0000000001': {
              recordsAccepted: 1,
              recordsThrottled: 1,
              recordsFailed: 0,
              bytesAccepted: 3
            }
          }
        }
      }
    })
    expect(dis.stats().connections.total).toBeGreaterThan(0)
  })

  it('says which streams there are when records of another one are asked for', async () => {
    const dis = await start()
    await expect(dis.records('nope')).rejects.toThrow("stream is 'nope'; allowed: app-logs")
  })
})

describe('a wrong option', () => {
  const of = (options: unknown): ServerOptions => JSON.parse(JSON.stringify(options))

  it.each([
    [{ prot: 1 }, 'prot is unknown; allowed: the options port, host, allowedHosts, streams'],
    [{ port: 70_000 }, 'port is 70000; allowed: a whole number 0 … 65535'],
    [{ port: '1' }, "port is '1'; allowed: a whole number 0 … 65535"],
    [{ streams: 'a' }, "streams is 'a'; allowed: an array"],
    [{ streams: [{ name: 'a b' }] }, "streams[0].name is 'a b'; allowed: 1–64 letters, digits, - and _"],
    [
      { streams: [{ name: 'a' }, { name: 'a' }] },
      "streams[1].name is 'a'; allowed: a name that is not taken"
    ],
    [{ streams: [{ name: 'a', partitions: 0 }] }, 'streams[0].partitions is 0'],
    [{ streams: [{ name: 'a', type: 'FAST' }] }, "streams[0].type is 'FAST'; allowed: 'COMMON', 'ADVANCED'"],
    [{ streams: [{ name: 'a', firstSequenceNumber: 5 }] }, 'streams[0].firstSequenceNumber is 5'],
    [{ limits: 'real' }, "limits is 'real'; allowed: true, false or an object"],
    [{ limits: { recordsPerSecond: 0 } }, 'limits.recordsPerSecond is 0; allowed: a number above 0'],
    [{ limits: { records: 1 } }, 'limits.records is unknown'],
    [{ clock: 5 }, 'clock is 5; allowed: a function'],
    [{ createDelayMs: -1 }, 'createDelayMs is -1'],
    [{ auth: { keys: [{ accessKey: 'a' }] } }, 'auth.keys[0].secretKey is of type undefined'],
    [
      { auth: { keys: [{ accessKey: 'a', secretKey: 'b', expiresAt: 'soon' }] } },
      "auth.keys[0].expiresAt is 'soon'"
    ],
    [{ auth: { style: 'iam' } }, "auth.style is 'iam'; allowed: 'dis', 'gateway'"],
    [{ faults: {} }, 'faults is {}; allowed: an array'],
    [{ faults: [{ kind: 'boom' }] }, "faults[0].kind is 'boom'; allowed: "],
    [{ faults: [{ kind: 'slow' }] }, 'faults[0].delayMs is undefined; allowed: a whole number 0 … 600000'],
    [{ faults: [{ kind: '413', delayMs: 5 }] }, 'faults[0].delayMs is unknown; allowed: the options '],
    [{ faults: [{ kind: '500', status: 404 }] }, 'faults[0].status is 404; allowed: 500, 502, 503, 504'],
    [{ faults: [{ kind: '500', probability: 2 }] }, 'faults[0].probability is 2; allowed: a number 0 … 1'],
    [
      { faults: [{ kind: '500', action: 'PutRecords' }] },
      "faults[0].action is 'PutRecords'; allowed: 'SendRecords'"
    ],
    [{ faults: [{ kind: 'throttle', action: '*' }] }, "faults[0].action is '*'; allowed: 'SendRecords'"]
  ])('%j is named with what is allowed', async (options, message) => {
    const failure = startServer(of(options))
    await expect(failure).rejects.toThrow(message)
    await expect(failure).rejects.toBeInstanceOf(LocalDisOptionError)
    await expect(failure).rejects.toMatchObject({ code: 'LOCAL_DIS_OPTION' })
  })

  it('never shows a secret', async () => {
    const keys = [{ accessKey: 'a', secretKey: ['hidden'] }]
    await expect(startServer(of({ auth: { keys } }))).rejects.toThrow(
      /^auth\.keys\[0\]\.secretKey is of type object/
    )
  })

  it('is refused by live control too', async () => {
    const dis = await start()
    expect(() => dis.faults.add(JSON.parse('{"kind":"boom"}'))).toThrow("fault.kind is 'boom'")
    expect(() => dis.setLimits(JSON.parse('{"bytes":1}'))).toThrow('limits.bytes is unknown')
    expect(() => dis.auth.addKey(JSON.parse('{"accessKey":"a"}'))).toThrow(
      'key.secretKey is of type undefined'
    )
    expect(() => dis.auth.addToken('')).toThrow('token[0] is empty')
  })
})
