import { createLocalDis, type LocalDis, LocalDisOptionError } from '@dis-logs/local'
import { afterEach, describe, expect, it } from 'vitest'

let dis: LocalDis | undefined
afterEach(async () => {
  await dis?.close()
  dis = undefined
})

async function start(options: Parameters<typeof createLocalDis>[0] = {}): Promise<LocalDis> {
  dis = await createLocalDis({ streams: [{ name: 'app-logs', partitions: 3 }], ...options })
  return dis
}

async function send(server: LocalDis, texts: readonly string[], headers: Record<string, string> = {}) {
  const records = texts.map((text) => ({ data: Buffer.from(text).toString('base64'), partition_key: text }))
  const response = await fetch(`${server.url}/v2/p/records`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ stream_name: 'app-logs', records })
  })
  return response.status
}

/** Blocks this thread, as pino does while its worker ends. */
function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

describe('the server in its own thread', () => {
  it('gives what arrived, with the bytes as they were', async () => {
    const server = await start()
    expect(await send(server, ['a', 'größer', 'c'])).toBe(200)
    const records = await server.records('app-logs')
    expect(records.map(({ data, partitionKey }) => [data.toString(), partitionKey])).toEqual([
      ['a', 'a'],
      ['größer', 'größer'],
      ['c', 'c']
    ])
    expect(await server.stats()).toMatchObject({ requests: 1, recordsAccepted: 3 })
    expect((await server.takeRecords('app-logs')).map(({ data }) => data.toString())).toEqual([
      'a',
      'größer',
      'c'
    ])
    expect(await server.records('app-logs')).toEqual([])
    await expect(server.records('other')).rejects.toThrow(LocalDisOptionError)
  })

  it('answers while the thread of the application is blocked', async () => {
    const server = await start()
    const sent = send(server, ['x'])
    // The request leaves; then nothing here can run until the server has long answered.
    await new Promise((resolve) => setTimeout(resolve, 20))
    block(200)
    expect((await server.stats()).recordsAccepted).toBe(1)
    expect(await sent).toBe(200)
  })

  it('can be controlled while it runs', async () => {
    const server = await start()
    await server.faults.add({ kind: '500', times: 1 })
    expect([await send(server, ['x']), await send(server, ['x'])]).toEqual([500, 200])
    expect(await server.faults.list()).toMatchObject([{ seen: 1, fired: 1 }])
    await server.auth.addToken('T')
    expect([await send(server, ['x']), await send(server, ['x'], { 'x-auth-token': 'T' })]).toEqual([
      441, 200
    ])
    await server.setLimits({ recordBytes: 3 })
    expect((await server.stats()).requests).toBe(4)
    // Bad control is the caller's to hear of, by name.
    await expect(Reflect.apply(server.faults.add, undefined, [{ kind: 'nonsense' }])).rejects.toMatchObject({
      name: 'LocalDisOptionError',
      option: expect.stringContaining('fault'),
      message: expect.stringContaining('nonsense')
    })
  })

  it('names the option that is wrong, and the port that is taken', async () => {
    await expect(createLocalDis({ streams: [{ name: 'no good' }] })).rejects.toThrow(LocalDisOptionError)
    const functions: object = { clock: () => 0 }
    await expect(createLocalDis(functions)).rejects.toThrow(/options is not plain data; allowed: plain data/)
    const server = await start()
    await expect(createLocalDis({ port: server.port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })

  it('says so when it is used after it was closed, which may be done twice', async () => {
    const server = await start()
    await Promise.all([server.close(), server.close()])
    await server.close()
    await expect(server.records('app-logs')).rejects.toThrow('the local DIS is closed')
    await expect(send(server, ['x'])).rejects.toThrow()
  })
})
