import { once } from 'node:events'
import type { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { call, MEBIBYTE, open, postHead, STREAM, victim } from './victim.ts'

const text = (key: string) =>
  JSON.stringify({ stream_name: STREAM, records: [{ data: 'eA==', partition_key: key }] })

/** Waits until the server has answered a call that was sent after all that is on its way. */
async function settled(server: Parameters<typeof call>[0]): Promise<void> {
  await call(server, 'GET', 'streams')
}

/** Resolves when the socket has taken the bytes, or is closed. */
async function sendAll(socket: Socket, bytes: Buffer | string): Promise<void> {
  if (socket.write(bytes) || socket.destroyed) return
  await new Promise<void>((resolve) => {
    const done = () => {
      socket.off('drain', done).off('close', done)
      resolve()
    }
    socket.on('drain', done).on('close', done)
  })
}

function isClosed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.closed) resolve()
    socket.once('close', () => resolve())
  })
}

describe('bodies under way', () => {
  it('hold a bounded memory, though none of 60 comes to its end', async () => {
    const server = await victim()
    const piece = Buffer.alloc(MEBIBYTE, 'x')
    const sockets = Array.from({ length: 60 }, () => open(server.port, postHead(11.5 * MEBIBYTE)))
    for (let sent = 0; sent < 11; sent++) await Promise.all(sockets.map((socket) => sendAll(socket, piece)))
    await settled(server)
    const { grownMiB } = await server.measure()
    // 128 MiB, what the allocator keeps of the smaller buffers before, and the sockets.
    expect(grownMiB).toBeLessThan(350)
    // A small one still gets a clear answer.
    const reply = await call(server, 'POST', 'records', text('x'.repeat(30_000)))
    expect([200, 429]).toContain(reply.status)
    if (reply.status === 429) expect(reply.text).toContain('maxBytesInFlight')
    for (const socket of sockets) socket.destroy()
    while ((await call(server, 'POST', 'records', text('x'.repeat(30_000)))).status !== 200);
  })

  it('in a million chunks hold what they are long, and no more', async () => {
    const server = await victim()
    const socket = open(server.port, postHead(0).replace('Content-Length: 0', 'Transfer-Encoding: chunked'))
    const chunks = Buffer.from('1\r\nx\r\n'.repeat(100_000))
    for (let sent = 0; sent < 20; sent++) await sendAll(socket, chunks)
    await settled(server)
    expect((await server.measure()).grownMiB).toBeLessThan(200)
  })

  it('that go on for ever are answered and cut', async () => {
    const server = await victim()
    const socket = open(server.port, postHead(2 ** 50))
    let answer = ''
    socket.on('data', (bytes) => {
      answer += bytes.toString()
    })
    const piece = Buffer.alloc(MEBIBYTE)
    let sent = 0
    while (!socket.destroyed && sent < 500) {
      await sendAll(socket, piece)
      sent += 1
    }
    await isClosed(socket)
    expect(sent).toBeLessThan(200)
    // The answer may be lost to the reset that follows it.
    if (answer !== '') expect(answer).toMatch(/^HTTP\/1\.1 413 /)
    expect((await server.measure()).grownMiB).toBeLessThan(200)
  })

  it('of clients that are too slow end, and let go what they held', async () => {
    const server = await victim({ requestTimeoutMs: 300, maxBytesInFlight: MEBIBYTE })
    const socket = open(server.port, `${postHead(900_000)}${'x'.repeat(600_000)}`)
    let answer = ''
    socket.on('data', (bytes) => {
      answer += bytes.toString()
    })
    await isClosed(socket)
    expect(answer).toMatch(/^HTTP\/1\.1 408 /)
    expect((await call(server, 'POST', 'records', text('x'.repeat(600_000)))).status).toBe(200)
  })

  it('held back by the fault hang or slow count only as long as they are needed', async () => {
    const server = await victim({ maxBytesInFlight: 2 * MEBIBYTE, faults: [{ kind: 'hang', times: 50 }] })
    const body = text('x'.repeat(500_000))
    for (let n = 1; n <= 50; n++) {
      open(server.port, `${postHead(body.length)}${body}`)
      while ((await server.measure()).stats.faults.hang !== n);
    }
    expect((await call(server, 'POST', 'records', body)).status).toBe(200)
    const slow = await victim({
      maxBytesInFlight: 4 * MEBIBYTE,
      faults: [{ kind: 'slow', delayMs: 600_000, times: 50 }]
    })
    const replies = Array.from({ length: 20 }, () => open(slow.port, `${postHead(body.length)}${body}`))
    const [first] = await Promise.race(replies.map((socket) => once(socket, 'data')))
    expect(String(first)).toMatch(/^HTTP\/1\.1 429 /)
    // Gone clients: their records wait still.
    for (const socket of replies) socket.destroy()
    expect((await call(slow, 'POST', 'records', body)).status).toBe(429)
  })
})

describe('answers under way', () => {
  it('hold a bounded memory, though nobody reads them', async () => {
    const server = await victim()
    const body = JSON.stringify({
      stream_name: STREAM,
      records: Array.from({ length: 8 }, () => ({
        data: Buffer.alloc(MEBIBYTE).toString('base64'),
        partition_id: '0'
      }))
    })
    expect((await call(server, 'POST', 'records', body)).status).toBe(200)
    const cursor = await call(
      server,
      'GET',
      `cursors?stream-name=${STREAM}&partition-id=0&cursor-type=TRIM_HORIZON`
    )
    const path = `/v2/p/records?partition-cursor=${JSON.parse(cursor.text).partition_cursor}`
    const request = `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`
    const readers = Array.from({ length: 10 }, () => open(server.port, request.repeat(12)).pause())
    while ((await server.measure()).stats.requests < 100) await settled(server)
    await settled(server)
    const { grownMiB, stats } = await server.measure()
    // 128 MiB, and the texts that answers were made of, until they are collected. 120 answers are 1,300 MiB.
    expect(grownMiB).toBeLessThan(800)
    expect(stats.statuses['429']).toBeGreaterThan(0)
    for (const reader of readers) reader.destroy()
  })
})

describe('connections', () => {
  it('are bounded in number, and requests in header lines and length', async () => {
    const server = await victim()
    const sockets = Array.from({ length: 1_100 }, () => open(server.port, 'GET / HTTP/1.1\r\n'))
    await Promise.all(
      sockets.slice(0, 1_000).map((socket) => (socket.connecting ? once(socket, 'connect') : undefined))
    )
    expect((await server.measure()).stats.connections.open).toBeLessThanOrEqual(1_024)
    for (const socket of sockets) socket.destroy()
    while ((await server.measure()).stats.connections.open > 0);
    const many = Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`x-${n}`, '1']))
    expect((await call(server, 'GET', 'streams', undefined, many)).status).toBe(431)
    expect((await call(server, 'GET', `streams?x=${'x'.repeat(20_000)}`)).status).toBe(414)
    expect((await call(server, 'GET', 'streams', undefined, { x: 'x'.repeat(70_000) })).status).toBe(431)
  })
})
