import { describe, expect, it } from 'vitest'
import type { ServerOptions } from '../../packages/local/src/server.ts'
import { call, record, STREAM, send, start } from './calls.ts'
import { Page } from './open-page.ts'

const UNLIMITED: ServerOptions = { limits: false }

/** The lines of one record, as a page gets them, and the bytes that are in none. */
async function linesOf(data: Buffer | string) {
  const dis = await start(UNLIMITED)
  const page = await Page.open(dis.url)
  const base64 = Buffer.from(data).toString('base64')
  await call(dis, 'POST', 'records', { body: { stream_name: STREAM, records: [{ data: base64 }] } })
  const [found] = await page.records(1)
  return { dis, lines: found?.[7] ?? [], cutBytes: found?.[8], sequence: found?.[3], partition: found?.[2] }
}

describe('the lines of a record', () => {
  it.each([
    ['one', 'one', ['one'], 0],
    ['many, as they are packed', 'one\ntwo\nthree', ['one', 'two', 'three'], 0],
    ['with a newline at the end', 'one\n', ['one'], 0],
    ['none', '', [''], 0],
    ['an empty one in the middle', 'a\n\nb', ['a', '', 'b'], 0],
    ['of other alphabets', 'größer 日本 🙂', ['größer 日本 🙂'], 0]
  ])('%s', async (_, data, lines, cutBytes) => {
    expect(await linesOf(data)).toMatchObject({ lines, cutBytes })
  })

  it('are Base64 of the beginning if it is no text', async () => {
    const { lines, cutBytes } = await linesOf(Buffer.from([0xff, 0xfe, 0, 1]))
    expect([lines, cutBytes]).toEqual([['//4AAQ=='], -1])
  })

  it('are cut, not within a character, and the page can ask for the whole record', async () => {
    const text = '🙂'.repeat(5_000)
    const { dis, lines, cutBytes, sequence, partition } = await linesOf(text)
    expect(lines[0]).toBe('🙂'.repeat(1_024))
    expect(cutBytes).toBe(20_000 - 4_096)
    const query = `stream=${STREAM}&partition=${partition}&sequence=${sequence}`
    const whole = await fetch(`${dis.url}/viewer/record?${query}`)
    expect(await whole.text()).toBe(text)
    expect(whole.headers.get('content-type')).toBe('application/octet-stream')
    for (const wrong of [
      'sequence=99',
      'sequence=-1',
      'sequence=x',
      'partition=9',
      'partition=%2e',
      'stream=no'
    ]) {
      const [name] = wrong.split('=')
      const other = query.replace(new RegExp(`${name}=[^&]*`), wrong)
      expect((await fetch(`${dis.url}/viewer/record?${other}`)).status).toBe(404)
    }
  })

  it('are bounded in number', async () => {
    const { lines, cutBytes } = await linesOf('x\n'.repeat(300_000))
    expect(lines).toHaveLength(1_000)
    expect(cutBytes).toBe(600_000 - 2_000)
  })
})

describe('more than a page can show', () => {
  it('is counted: what is told and what is skipped is what arrived', async () => {
    const dis = await start(UNLIMITED)
    const page = await Page.open(dis.url)
    await page.next('lines')
    await send(
      dis,
      Array.from({ length: 5_000 }, (_, n) => record(`line ${n}`))
    )
    let told = 0
    let skipped = 0
    while (told + skipped < 5_000) {
      const lines = await page.next('lines')
      const records = lines['records'] as unknown[]
      expect(records.length).toBeLessThanOrEqual(700)
      told += records.length
      skipped += Number(lines['skipped'])
    }
    expect(told + skipped).toBe(5_000)
    expect(told).toBeGreaterThanOrEqual(600)
  })

  it('is not kept for a page that takes nothing: it is counted, and told when the page goes on', async () => {
    const dis = await start(UNLIMITED)
    const page = await Page.open(dis.url)
    const other = await Page.open(dis.url)
    await page.next('lines')
    page.response.pause()
    const text = 'x'.repeat(1_000)
    let sent = 0
    let seen = 0
    // Until the connection holds all that it can: then the other page, which takes everything, is far ahead.
    for (let round = 0; round < 40; round++) {
      await send(
        dis,
        Array.from({ length: 200 }, () => record(text))
      )
      sent += 200
      while (seen < sent) {
        const { records, skipped } = await other.next('lines')
        seen += (records as unknown[]).length + Number(skipped)
      }
    }
    page.response.resume()
    const missed = await page.next('missed')
    expect(Number(missed['records'])).toBeGreaterThan(0)
    await send(dis, [record('the last one')])
    const last = await page.next('lines', ({ records }) => JSON.stringify(records).includes('the last one'))
    expect(last['skipped']).toBe(0)
  })

  it('is no more than eight pages; the ninth is refused with what to do', async () => {
    const dis = await start()
    const pages: Page[] = []
    for (let n = 0; n < 8; n++) pages.push(await Page.open(dis.url))
    const refused = await fetch(`${dis.url}/viewer/events`)
    expect([refused.status, await refused.text()]).toEqual([429, expect.stringContaining('close one')])
    pages[0]?.close()
    while ((await fetch(`${dis.url}/viewer/events`).then(statusOf)) !== 200);
  })

  it('is a page for which there is no memory', async () => {
    const dis = await start({ maxBytesInFlight: 1_048_576 })
    const refused = await fetch(`${dis.url}/viewer/events`)
    expect([refused.status, await refused.text()]).toEqual([429, expect.stringContaining('maxBytesInFlight')])
  })
})

async function statusOf(response: Response): Promise<number> {
  await response.body?.cancel()
  return response.status
}
