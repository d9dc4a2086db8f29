import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { connect, type Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import type { Fault } from '../../packages/local/src/fault-types.ts'
import type { DisServer } from '../../packages/local/src/server.ts'
import { call, codeOf, cursor, entries, errorsOf, read, record, STREAM, send, start } from './calls.ts'

const stored = async (dis: DisServer) => (await dis.records(STREAM)).map(({ data }) => data.toString())
const letters = (text: string) => [...text].map((letter) => record(letter))
const faulty = (...faults: Fault[]) => start({ faults, limits: false })

describe('a fault of records', () => {
  it('throttle fails every record of a request', async () => {
    const dis = await faulty({ kind: 'throttle', times: 1 })
    const reply = await send(dis, letters('ab'))
    expect([reply.status, reply.json['failed_record_count'], errorsOf(reply)]).toEqual([
      200,
      2,
      ['DIS.4303', 'DIS.4303']
    ])
    expect(errorsOf(await send(dis, letters('cd')))).toEqual([undefined, undefined])
    expect(await stored(dis)).toEqual(['c', 'd'])
    expect(dis.stats()).toMatchObject({ recordsThrottled: 2, recordsAccepted: 2, faults: { throttle: 1 } })
  })

  it('throttle fails the first so many', async () => {
    const dis = await faulty({ kind: 'throttle', records: 2 })
    expect(errorsOf(await send(dis, letters('abcd')))).toEqual(['DIS.4303', 'DIS.4303', undefined, undefined])
    expect(await stored(dis)).toEqual(['c', 'd'])
  })

  it('throttle fails records by chance, the same ones in each run of a seed', async () => {
    const run = async (seed: number) => {
      const dis = await start({ seed, limits: false, faults: [{ kind: 'throttle', recordProbability: 0.3 }] })
      return errorsOf(
        await send(
          dis,
          Array.from({ length: 1_000 }, () => record('x'))
        )
      ).map((code) => code !== undefined)
    }
    const [one, again, other] = [await run(7), await run(7), await run(8)]
    expect(one).toEqual(again)
    expect(one).not.toEqual(other)
    expect(one.filter(Boolean).length).toBeGreaterThan(250)
    expect(one.filter(Boolean).length).toBeLessThan(350)
  })

  it('record-error gives the code and message that were asked for, where the data matches', async () => {
    const dis = await faulty({ kind: 'record-error', code: 'DIS.5250', message: 'Retry me', match: 'poison' })
    const reply = await send(dis, [record('fine'), record('a poison pill')])
    expect(entries(reply)[1]).toEqual({ error_code: 'DIS.5250', error_message: 'Retry me' })
    expect(await stored(dis)).toEqual(['fine'])
    await send(dis, [record('fine')])
    expect(dis.stats()).toMatchObject({ recordsFailed: 1, faults: { 'record-error': 1 } })
  })

  it('counts as fired only when it hit a record', async () => {
    const dis = await faulty({ kind: 'record-error', code: 'DIS.4301', match: 'b', times: 1 })
    await send(dis, letters('aaa'))
    expect(errorsOf(await send(dis, letters('bb')))).toEqual(['DIS.4301', 'DIS.4301'])
    expect(errorsOf(await send(dis, letters('b')))).toEqual([undefined])
  })
})

describe('a fault in place of the call', () => {
  const gateway = (code: string) => ({
    error_code: code,
    error_msg: expect.any(String),
    request_id: expect.any(String)
  })
  const dis = (code: string) => ({ errorCode: code, message: expect.any(String) })

  it.each<[string, Fault, number, unknown]>([
    ['429', { kind: '429' }, 429, gateway('APIGW.0308')],
    ['500', { kind: '500' }, 500, dis('DIS.5000')],
    ['500 as 503', { kind: '500', status: 503 }, 503, dis('DIS.5000')],
    ['413', { kind: '413' }, 413, gateway('APIGW.0201')],
    ['auth-441', { kind: 'auth-441' }, 441, dis('DIS.4107')],
    ['auth-441 with a code', { kind: 'auth-441', code: 'DIS.4105' }, 441, dis('DIS.4105')],
    ['auth-401', { kind: 'auth-401' }, 401, gateway('APIGW.0301')],
    [
      'error',
      { kind: 'error', status: 400, code: 'DIS.4301', message: 'no such stream' },
      400,
      { errorCode: 'DIS.4301', message: 'no such stream' }
    ]
  ])('%s answers with its status and body and stores nothing', async (_, fault, status, body) => {
    const server = await faulty({ ...fault, times: 1 })
    const reply = await send(server, letters('a'))
    expect([reply.status, reply.json]).toEqual([status, body])
    expect(reply.headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect((await send(server, letters('b'))).status).toBe(200)
    expect(await stored(server)).toEqual(['b'])
    expect(server.stats().faults).toEqual({ [fault.kind]: 1 })
  })

  it('429 may say when to come back', async () => {
    const server = await faulty({ kind: '429', retryAfter: 2 }, { kind: '429' })
    expect((await send(server, letters('a'))).headers.get('retry-after')).toBe('2')
    server.faults.clear()
    server.faults.add({ kind: '429' })
    expect((await send(server, letters('a'))).headers.get('retry-after')).toBeNull()
  })
})

describe('a fault of the answer: the records are stored', () => {
  it('object-records is the malformed sample of the API page', async () => {
    const server = await faulty({ kind: 'object-records' })
    const reply = await send(server, letters('ab'))
    expect(reply.json).toEqual({
      failed_record_count: 2,
      records: {
        partition_id: 'shardId-0000000001',
        sequence_number: 17,
        error_code: expect.any(String),
        error_message: expect.any(String)
      }
    })
    expect(await stored(server)).toEqual(['a', 'b'])
  })

  it('not-json answers a page of HTML with 200', async () => {
    const server = await faulty({ kind: 'not-json' })
    const reply = await send(server, letters('a'))
    expect([reply.status, reply.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    expect(reply.text).toContain('<html>')
    expect(await stored(server)).toEqual(['a'])
  })

  it('empty answers 200 without a body', async () => {
    const server = await faulty({ kind: 'empty' })
    const reply = await send(server, letters('a'))
    expect([reply.status, reply.text, reply.headers.get('content-length')]).toEqual([200, '', '0'])
    expect(await stored(server)).toEqual(['a'])
  })

  it('the other calls are carried out, too', async () => {
    const server = await faulty({ kind: 'not-json', action: 'CreateStream' })
    const body = { stream_name: 'other', partition_count: 1 }
    expect((await call(server, 'POST', 'streams', { body })).text).toContain('<html>')
    expect((await call(server, 'GET', 'streams')).json).toMatchObject({ stream_names: [STREAM, 'other'] })
  })

  it('a request that is refused is refused as ever', async () => {
    const server = await faulty({ kind: 'empty' })
    const reply = await send(server, letters('a'), { stream_name: 'nope' })
    expect([reply.status, codeOf(reply)]).toEqual([400, 'DIS.4301'])
  })
})

describe('a fault of the connection', () => {
  const isReset = expect.objectContaining({
    cause: expect.objectContaining({ code: expect.stringMatching(/ECONNRESET|UND_ERR_SOCKET/) })
  })

  it('reset-before cuts it and stores nothing', async () => {
    const dis = await faulty({ kind: 'reset-before', times: 1 })
    await expect(send(dis, letters('a'))).rejects.toEqual(isReset)
    expect(await stored(dis)).toEqual([])
    expect((await send(dis, letters('b'))).status).toBe(200)
  })

  it('reset-after stores and cuts it without an answer', async () => {
    const dis = await faulty({ kind: 'reset-after', times: 1 })
    await expect(send(dis, letters('a'))).rejects.toEqual(isReset)
    expect(await stored(dis)).toEqual(['a'])
    expect((await send(dis, letters('b'))).status).toBe(200)
  })

  it('slow answers late, and as usual', async () => {
    const dis = await faulty({ kind: 'slow', delayMs: 40 })
    const startedMs = performance.now()
    expect((await send(dis, letters('a'))).status).toBe(200)
    // Timers may fire a moment early by another clock.
    expect(performance.now() - startedMs).toBeGreaterThan(35)
    expect(await stored(dis)).toEqual(['a'])
  })

  it('slow comes on top of other faults', async () => {
    const dis = await faulty({ kind: 'slow', delayMs: 1 }, { kind: '500' })
    expect((await send(dis, letters('a'))).status).toBe(500)
    expect(dis.stats().faults).toEqual({ slow: 1, '500': 1 })
  })

  it('hang holds the request until the faults are cleared, then cuts it', async () => {
    const dis = await faulty({ kind: 'hang' })
    const held = send(dis, letters('a'))
    // Another call shows that the server goes on, and that the first one has reached it.
    while (dis.stats().faults.hang !== 1) await call(dis, 'GET', 'streams')
    dis.faults.clear()
    await expect(held).rejects.toEqual(isReset)
    expect(await stored(dis)).toEqual([])
    expect((await send(dis, letters('b'))).status).toBe(200)
  })

  it('hang lets go of a client that leaves at the moment of the cut', async () => {
    const dis = await faulty({ kind: 'hang' })
    const closed = new Promise((resolve) => {
      subscribe('net.server.socket', function atOurs(message) {
        unsubscribe('net.server.socket', atOurs)
        const { socket } = message as { socket: Socket }
        socket.once('close', resolve)
        // The server's own side is being shut down now: a reset would fail, and leave the handle open.
        socket.once('end', () => dis.faults.clear())
      })
    })
    const body = JSON.stringify({ stream_name: STREAM, records: [{ data: 'eA==' }] })
    const client = connect(dis.port, '127.0.0.1')
    client.on('error', () => {})
    client.write(
      `POST /v2/p/records HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n${body}`
    )
    while (dis.stats().faults.hang !== 1) await call(dis, 'GET', 'streams')
    client.end()
    await closed
  })

  it('hang and slow end when the server closes', async () => {
    const dis = await faulty({ kind: 'hang', times: 1 }, { kind: 'slow', delayMs: 600_000 })
    const held = [send(dis, letters('a')), send(dis, letters('b'))]
    const outcomes = Promise.allSettled(held)
    while (dis.stats().requests < 2 || dis.stats().faults.hang !== 1) await call(dis, 'GET', 'streams')
    await dis.close()
    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  })
})

describe('a fault of the result list', () => {
  it('short-list leaves out the last entry, long-list repeats it; both store everything', async () => {
    const dis = await faulty({ kind: 'short-list', times: 1 }, { kind: 'long-list', times: 1 })
    expect(entries(await send(dis, letters('abc')))).toHaveLength(2)
    const long = entries(await send(dis, letters('def')))
    expect(long).toHaveLength(4)
    expect(long[3]).toEqual(long[2])
    expect(await stored(dis)).toEqual([...'abcdef'])
  })

  it('numeric-sequence writes sequence numbers as exact JSON numbers', async () => {
    const firstSequenceNumber = '900719925474099301'
    const dis = await start({
      streams: [{ name: STREAM, firstSequenceNumber }],
      faults: [{ kind: 'numeric-sequence' }]
    })
    const reply = await send(dis, letters('a'))
    expect(reply.text).toContain(`"sequence_number":${firstSequenceNumber}}`)
    expect(await stored(dis)).toEqual(['a'])
  })
})

describe('the aim of a fault', () => {
  const statuses = async (dis: DisServer, count: number) => {
    const found: number[] = []
    for (let n = 0; n < count; n++) found.push((await send(dis, letters('a'))).status)
    return found
  }

  it('after lets requests pass first, times ends it', async () => {
    const dis = await faulty({ kind: '500', after: 2, times: 2 })
    expect(await statuses(dis, 6)).toEqual([200, 200, 500, 500, 200, 200])
    expect(dis.faults.list()).toEqual([{ fault: { kind: '500', after: 2, times: 2 }, seen: 4, fired: 2 }])
  })

  it('probability is a chance for each request, the same in each run of a seed', async () => {
    const run = async () => statuses(await faulty({ kind: '500', probability: 0.5 }), 40)
    const first = await run()
    expect(await run()).toEqual(first)
    expect(new Set(first)).toEqual(new Set([200, 500]))
  })

  it('goes to SendRecords unless another action is named', async () => {
    const dis = await faulty({ kind: '500', action: 'GetRecords' }, { kind: '429', action: 'DescribeStream' })
    expect((await send(dis, letters('a'))).status).toBe(200)
    expect((await read(dis, await cursor(dis, { 'cursor-type': 'TRIM_HORIZON' }))).status).toBe(500)
    expect((await call(dis, 'GET', `streams/${STREAM}`)).status).toBe(429)
  })

  it('with * goes to every action', async () => {
    const dis = await faulty({ kind: '500', action: '*' })
    expect((await send(dis, letters('a'))).status).toBe(500)
    expect((await call(dis, 'GET', 'streams')).status).toBe(500)
    expect(
      (await call(dis, 'POST', 'streams', { body: { stream_name: 'n', partition_count: 1 } })).status
    ).toBe(500)
  })

  it('goes to one stream if that is named', async () => {
    const dis = await start({
      streams: [{ name: STREAM }, { name: 'other' }],
      faults: [{ kind: '500', stream: 'other' }]
    })
    expect((await send(dis, letters('a'))).status).toBe(200)
    expect((await send(dis, letters('a'), { stream_name: 'other' })).status).toBe(500)
  })

  it('the first that answers in place of the call wins, and the others wait', async () => {
    const dis = await faulty(
      { kind: '500', times: 1 },
      { kind: '413', times: 1 },
      { kind: 'throttle', times: 1 }
    )
    expect(await statuses(dis, 3)).toEqual([500, 413, 200])
    expect(dis.stats().faults).toEqual({ '500': 1, '413': 1, throttle: 1 })
  })

  it('strikes only requests that would have been carried out', async () => {
    const dis = await start({ auth: { tokens: ['T'] }, faults: [{ kind: '500', action: '*' }] })
    expect(codeOf(await call(dis, 'GET', 'streams'))).toBe('DIS.4101')
    expect(codeOf(await call(dis, 'POST', 'records', { body: '{', headers: { 'x-auth-token': 'T' } }))).toBe(
      'DIS.4200'
    )
    expect(dis.stats().faults).toEqual({})
  })

  it('changes while the server runs', async () => {
    const dis = await faulty()
    dis.faults.add({ kind: '500' })
    expect(await statuses(dis, 1)).toEqual([500])
    dis.faults.clear()
    expect(dis.faults.list()).toEqual([])
    expect(await statuses(dis, 1)).toEqual([200])
  })
})
