import { describe, expect, it } from 'vitest'
import { call, record, STREAM, send, start } from './calls.ts'
import { Page } from './open-page.ts'

const JSON_HEADERS = { 'content-type': 'application/json' }

async function switchOn(
  url: string,
  fault: unknown,
  headers: Readonly<Record<string, string>> = JSON_HEADERS
) {
  return fetch(`${url}/viewer/faults`, { method: 'POST', headers, body: JSON.stringify(fault) })
}

const parse = (text: string): { readonly id?: unknown } => JSON.parse(text)

describe('an open page', () => {
  it('gets what was there before, and then what arrives, each record once', async () => {
    const dis = await start()
    await send(dis, [record('one'), record('two')])
    const page = await Page.open(dis.url)
    const second = await Page.open(dis.url)
    await send(dis, [record('three', { partition_key: 'anna' })])
    for (const each of [page, second]) {
      const records = await each.records(3)
      expect(records.map(([, stream, , , key, , bytes, lines]) => [stream, key, bytes, lines])).toEqual([
        [STREAM, null, 3, ['one']],
        [STREAM, null, 3, ['two']],
        [STREAM, 'anna', 5, ['three']]
      ])
    }
  })

  it('gets a line within a second', async () => {
    const dis = await start()
    const page = await Page.open(dis.url)
    await page.next('lines')
    const sentAt = performance.now()
    await send(dis, [record('now')])
    await page.records(1)
    expect(performance.now() - sentAt).toBeLessThan(1_000)
  })

  it('gets the requests, with what became of their records, who sent them, and no more than four characters of a key', async () => {
    const dis = await start()
    dis.faults.add({ kind: 'throttle', records: 1 })
    const page = await Page.open(dis.url)
    await call(dis, 'POST', 'records', {
      body: { stream_name: STREAM, records: [record('a'), record('b')] },
      headers: {
        'user-agent': 'my-app/1.0',
        authorization: 'SDK-HMAC-SHA256 Access=LOCALKEYOFMINE, SignedHeaders=host, Signature=abc'
      }
    })
    await call(dis, 'GET', 'nothing', { headers: { 'x-auth-token': 'very-secret-token' } })
    // Both at once, or one after the other. The first event of a page has those of before: none.
    const rows: object[] = []
    while (rows.length < 2) rows.push(...((await page.next('requests'))['requests'] as object[]))
    expect(rows).toMatchObject([
      {
        action: 'SendRecords',
        stream: STREAM,
        status: 200,
        records: 2,
        throttled: 1,
        failed: 0,
        sender: 'my-app/1.0',
        accessKey: 'LOCA…',
        fault: 'records'
      },
      { method: 'GET', action: '', status: 404, code: 'APIGW.0101', records: 0, accessKey: 'token' }
    ])
    const { senders } = await page.next('state', ({ senders }) => (senders as unknown[]).length === 2)
    expect(JSON.stringify([rows, senders])).not.toMatch(/LOCALKEY|secret/)
  })

  it('is no client: its own requests are neither shown nor counted', async () => {
    const dis = await start()
    const page = await Page.open(dis.url)
    await fetch(`${dis.url}/viewer/faults`, { method: 'DELETE' })
    expect((await page.next('state'))['senders']).toEqual([])
    expect(dis.stats()).toMatchObject({ requests: 0, statuses: {} })
  })

  it('gets what each partition took, turned away and may take', async () => {
    const dis = await start({ limits: { recordsPerSecond: 2, bytesPerSecond: 1_000 } })
    const page = await Page.open(dis.url)
    await send(
      dis,
      [1, 2, 3].map((n) => record(`line ${n}`, { partition_id: '1' }))
    )
    const { streams } = await page.next('state', ({ accepted }) => accepted === 2)
    expect(streams).toMatchObject([
      {
        name: STREAM,
        type: 'COMMON',
        limit: { records: 2, bytes: 1_000 },
        partitions: [
          [0, 1, 0, 0, 0, 0, 0],
          [1, 1, 2, 1, 0, 12, 2],
          [2, 1, 0, 0, 0, 0, 0]
        ],
        hiddenPartitions: 0
      }
    ])
  })

  it('sees a hot key among many others', async () => {
    const dis = await start({ limits: false })
    const page = await Page.open(dis.url)
    const keyed = (key: string) => record('x', { partition_key: key })
    // More keys than are counted, each once, and in between the one that comes often.
    for (let round = 0; round < 5; round++) {
      const records = Array.from({ length: 4_000 }, (_, n) =>
        keyed(n % 4 === 0 ? 'hot' : `key-${round}-${n}`)
      )
      await send(dis, records)
    }
    const { streams } = await page.next('state', ({ streams }) => {
      const [{ keys }] = streams as [{ keys: { total: number } }]
      return keys.total === 20_000
    })
    const [{ keys }] = streams as [{ keys: { keys: [string, number, number, number][]; others: number } }]
    const [[key, , records = 0, bytes = 0] = []] = keys.keys
    // A quarter, from a part of the records: not all of so many in so short a time are looked at.
    expect([key, Math.round(records / 1_000), Math.round(bytes / 1_000)]).toEqual(['hot', 5, 5])
    expect(keys.keys.length).toBeLessThanOrEqual(40)
    const sum = keys.others + keys.keys.reduce((all, [, , count]) => all + count, 0)
    expect(Math.abs(sum - 20_000)).toBeLessThan(40)
  })

  it('gets the newest records of those that were there before, however large they are', async () => {
    const dis = await start({ limits: false })
    for (let round = 0; round < 4; round++) {
      const records = Array.from({ length: 500 }, (_, n) => record(`${round * 500 + n} ${'x'.repeat(2_000)}`))
      await send(dis, records)
    }
    const page = await Page.open(dis.url)
    const { records } = await page.next('lines')
    const numbers = (records as [arrival: number][]).map(([arrival]) => arrival)
    expect(numbers.at(-1)).toBe(1_999)
    // One after the other, without a gap up to what arrives next.
    expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, n) => 2_000 - numbers.length + n))
    expect(numbers.length).toBeGreaterThan(200)
  })

  it('gets also what a test takes away at once', async () => {
    const dis = await start()
    const page = await Page.open(dis.url)
    await page.next('lines')
    const texts = Array.from({ length: 20 }, (_, n) => `line ${n}`)
    for (const text of texts) {
      await send(dis, [record(text)])
      expect(await dis.takeRecords(STREAM)).toHaveLength(1)
    }
    expect((await page.records(20)).map((found) => found[7]?.[0])).toEqual(texts)
  })

  it('is told that the server was started anew', async () => {
    const runs: unknown[] = []
    for (const dis of [await start(), await start()])
      runs.push((await (await Page.open(dis.url)).next('hello'))['run'])
    expect(new Set(runs).size).toBe(2)
  })
})

describe('the switches of the page', () => {
  it('put a fault on, which works and is counted, and take it off again', async () => {
    const dis = await start()
    const page = await Page.open(dis.url)
    const response = await switchOn(dis.url, { kind: '500', status: 503 })
    expect(response.status).toBe(201)
    const id = Number(parse(await response.text()).id)
    expect((await send(dis, [record('x')])).status).toBe(503)
    const { faults } = await page.next('state', ({ faults }) => {
      const [first] = faults as { fired: number }[]
      return first?.fired === 1
    })
    expect(faults).toEqual([{ id, fault: { kind: '500', status: 503 }, seen: 1, fired: 1 }])
    expect((await fetch(`${dis.url}/viewer/faults?id=${id}`, { method: 'DELETE' })).status).toBe(200)
    expect((await send(dis, [record('x')])).status).toBe(200)
    expect((await fetch(`${dis.url}/viewer/faults?id=${id}`, { method: 'DELETE' })).status).toBe(404)
  })

  it('end what hangs with the last fault that holds it', async () => {
    const dis = await start()
    dis.faults.add({ kind: 'hang' })
    dis.faults.add({ kind: 'hang' })
    const page = await Page.open(dis.url)
    const hanging = send(dis, [record('x')]).then(
      () => 'answered',
      () => 'cut'
    )
    await page.next('state', ({ faults }) => (faults as { fired: number }[])[0]?.fired === 1)
    const off = (id: unknown) => fetch(`${dis.url}/viewer/faults?id=${id}`, { method: 'DELETE' })
    const state = await page.next('state')
    expect(state['faults']).toHaveLength(2)
    for (const { id } of state['faults'] as { id: number }[]) await off(id)
    expect(await hanging).toBe('cut')
  })

  it.each([
    ['no fault', { kind: 'nonsense' }, 400, 'throttle, record-error'],
    ['a number that is none', { kind: 'slow', delayMs: 'long' }, 400, 'fault.delayMs'],
    ['a list', [], 400, 'not a JSON object']
  ])('refuse %s, and say what is allowed', async (_, fault, status, says) => {
    const dis = await start()
    const response = await switchOn(dis.url, fault)
    expect([response.status, await response.text()]).toEqual([status, expect.stringContaining(says)])
    expect(dis.faults.list()).toEqual([])
  })

  it('refuse what a page of another origin could send without asking', async () => {
    const dis = await start()
    expect((await switchOn(dis.url, { kind: 'hang' }, { 'content-type': 'text/plain' })).status).toBe(415)
    const foreign = { ...JSON_HEADERS, origin: 'https://evil.test' }
    expect((await switchOn(dis.url, { kind: 'hang' }, foreign)).status).toBe(403)
    expect(dis.faults.list()).toEqual([])
  })

  it('are bounded in number', async () => {
    const dis = await start()
    for (let n = 0; n < 100; n++) dis.faults.add({ kind: '413' })
    expect((await switchOn(dis.url, { kind: '413' })).status).toBe(409)
  })
})
