import { expect, it } from 'vitest'
import { describeInBrowser, STREAM, store, useBrowser } from './browser.ts'

describeInBrowser('the page shows what was sent, and nothing else', () => {
  const open = useBrowser()

  it('numbers with all of their digits, in a row and in the drawer', async () => {
    const { dis, page, complaints } = await open()
    const line = '{"msg":"paid","order":1234567890123456789,"sums":[1.50,9007199254740993],"n":1e2}'
    await store(dis, [{ data: line }])
    const row = page.locator('.row:visible', { hasText: 'paid' })
    await row.waitFor()
    expect(await row.locator('.rest').textContent()).toBe(
      'order=1234567890123456789  sums=[1.50,9007199254740993]  n=1e2'
    )
    await row.click()
    const shown = String(await page.locator('#details-text').textContent())
    expect(shown.replace(/\s/g, '')).toBe(line)
    expect(await page.locator('#details-text .json-number').allTextContents()).toEqual([
      '1234567890123456789',
      '1.50',
      '9007199254740993',
      '1e2'
    ])
    expect(complaints.errors).toEqual([])
  })

  it('the lines of the key that was chosen, and of none that begins with it', async () => {
    const { dis, page } = await open({ limits: false })
    await page.locator('#condition[data-kind=open]').waitFor()
    const keys = ['user-1', 'user-1', 'user-10', 'user-11']
    await store(
      dis,
      keys.map((key) => ({ data: `of ${key}`, key }))
    )
    await page.locator('#tab-keys').click()
    await page.locator('.key-name', { hasText: /^user-1$/ }).click()
    await page.locator('#found', { hasText: '2 of 4 lines' }).waitFor()
    // A part of a key is looked for by typing it.
    await page.locator('#search-key').fill('USER-1')
    await page.locator('#found', { hasText: '4 lines' }).waitFor()
    // The table goes on after a click into it.
    await page.locator('.key-name', { hasText: /^user-10$/ }).click()
    await store(dis, [{ data: 'of another', key: 'another' }])
    await page.locator('.key-name', { hasText: /^another$/ }).waitFor()
  })

  it('a record that is no text as Base64, the whole of it, too', async () => {
    const { dis, page } = await open()
    const data = Buffer.from(Array.from({ length: 70_000 }, (_, n) => (n * 7) % 256))
    await store(dis, [{ data }])
    await page.locator('.row:visible em').click()
    const text = page.locator('#details-text pre')
    expect(await text.textContent()).toContain(`${data.subarray(0, 192).toString('base64')}…`)
    await page.locator('#details-whole').click()
    await expect.poll(() => text.textContent()).toContain(data.toString('base64'))
  })

  it('how many lines came while it was not connected', async () => {
    const { dis, page } = await open({ limits: false })
    await store(dis, [{ data: 'the first' }])
    await page.locator('.row', { hasText: 'the first' }).waitFor()
    // A page without a key is cut off when keys are wanted, and may come again when they are not.
    await dis.auth.addToken('T')
    await page.locator('#condition[data-kind=refused]').waitFor()
    const records = Array.from({ length: 2_500 }, () => ({ data: 'eA==' }))
    const sent = await fetch(`${dis.url}/v2/p/records`, {
      method: 'POST',
      headers: { 'x-auth-token': 'T' },
      body: JSON.stringify({ stream_name: STREAM, records })
    })
    expect(sent.status).toBe(200)
    await dis.auth.set(undefined)
    await page.locator('#found', { hasText: '2,001 lines' }).waitFor()
    expect(await page.locator('#skipped').textContent()).toMatch(/^500 records are not shown/)
  })

  it('the whole search in one line where there is room', async () => {
    const { page } = await open()
    await page.setViewportSize({ width: 1280, height: 800 })
    const tops = await page.evaluate(
      "[...document.querySelectorAll('#search > :not([hidden])')].map((field) => Math.round(field.getBoundingClientRect().top))"
    )
    expect(new Set(tops as number[]).size).toBe(1)
  })

  it('a request in two lines, with the rest of who sent it on demand', async () => {
    const { dis, page } = await open()
    const sender = `agent-of-a-long-name/1.0 (${'some words '.repeat(6).trim()})`
    await fetch(`${dis.url}/v2/p/streams`, { headers: { 'user-agent': sender } })
    const row = page.locator('#requests-body tr').first()
    await row.waitFor()
    const heights = (await page.evaluate(
      "[...document.querySelector('#requests-body tr').cells].map((cell) => cell.scrollHeight)"
    )) as number[]
    expect(Math.max(...heights)).toBeLessThan(48)
    const title = await row.locator('.sub').first().getAttribute('title')
    expect(title).toBe(`ListStreams · ${sender}`)
    // Not one that only a wide window has room for.
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0)
  })
})
