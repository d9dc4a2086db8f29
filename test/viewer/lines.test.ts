import pino from 'pino'
import { flushOf } from 'pino-dis'
import { expect, it } from 'vitest'
import { describeInBrowser, STREAM, sendLines, store, useBrowser } from './browser.ts'

describeInBrowser('the lines in a browser', () => {
  const open = useBrowser()

  it('are there within a second after a pino logger wrote them', async () => {
    const { dis, page, complaints } = await open()
    await page.locator('#welcome').waitFor()
    const transport = pino.transport({
      target: 'pino-dis',
      options: {
        endpoint: dis.url,
        projectId: 'local-project',
        streamName: STREAM,
        credentials: { token: 'T' },
        batch: { lingerMs: 5 }
      }
    })
    const logger = pino(transport)
    // The worker of the first line has to start.
    logger.info('zeroth')
    await flushOf(transport)
    await page.locator('.row', { hasText: 'zeroth' }).waitFor()
    const wroteAt = performance.now()
    logger.warn({ tenant: 'anna' }, 'my first line')
    await page.locator('.row', { hasText: 'my first line' }).waitFor()
    expect(performance.now() - wroteAt).toBeLessThan(1_000)
    const row = page.locator('.row', { hasText: 'my first line' })
    expect(await row.locator('.level').textContent()).toBe('warn')
    expect(await row.locator('.rest').textContent()).toBe('tenant=anna')
    expect(await page.locator('#welcome').isVisible()).toBe(false)
    transport.end()
    expect(complaints).toEqual({ errors: [], foreign: [] })
  })

  it('are split where many were packed into one record, and pretty one by one', async () => {
    const { dis, page } = await open()
    await sendLines(
      dis,
      ['{"level":30,"msg":"first"}', '{"level":50,"msg":"second","list":[1,true,null]}', 'plain third'],
      { aggregate: true }
    )
    await page.locator('.row:visible').nth(2).waitFor()
    expect(await page.locator('.row:visible .message').allTextContents()).toEqual([
      'first',
      'secondlist=[1,true,null]',
      'plain third'
    ])
    await page.locator('.row', { hasText: 'second' }).click()
    expect(await page.locator('#details-text').textContent()).toBe(
      '{\n  "level": 50,\n  "msg": "second",\n  "list": [\n    1,\n    true,\n    null\n  ]\n}'
    )
    expect(await page.locator('#details-facts').textContent()).toContain('2 of 3 in the record')
  })

  it('are text, whatever stands in them', async () => {
    const { dis, page, complaints } = await open()
    // Keys are counted from then on.
    await page.locator('#condition[data-kind=open]').waitFor()
    const hostile = [
      '<img src=x onerror="document.title=\'owned\'">',
      '{"msg":"</script><script>document.title=\'owned\'</script>","<b>":"&lt;"}',
      '\u202egnp.exe \u0000 \u001b[31m',
      'x'.repeat(200_000),
      '['.repeat(50_000)
    ]
    await store(
      dis,
      hostile.map((data) => ({ data, key: '<img src=x onerror=alert(1)>' }))
    )
    await store(dis, [{ data: Buffer.from([0xff, 0xfe, 0xfd]) }, { data: '' }])
    await page.locator('.row:visible').nth(6).waitFor()
    for (let at = 0; at < 7; at++) {
      await page.locator('.row:visible').nth(at).click()
      await page.locator('#details').waitFor()
    }
    await page.locator('.row', { hasText: 'xxx' }).click()
    await page.locator('#details-whole').click()
    await page.locator('#details-whole').waitFor({ state: 'hidden' })
    expect(await page.locator('#details-text').textContent()).toBe('x'.repeat(200_000))
    await page.locator('#tab-keys').click()
    await page.locator('#keys-body', { hasText: '<img src=x' }).waitFor()
    expect(await page.locator('main img, main script').count()).toBe(0)
    expect(await page.title()).toBe('Local DIS')
    expect(complaints).toEqual({ errors: [], foreign: [] })
  })

  it('are found by text, key, partition, level and time', async () => {
    const { dis, page } = await open()
    await store(dis, [
      { data: '{"level":30,"msg":"payment captured"}', key: 'anna' },
      { data: '{"level":50,"msg":"payment refused"}', key: 'ben' },
      { data: '{"level":30,"msg":"order accepted"}', key: 'ben' },
      { data: 'Payment by hand', key: 'greta' }
    ])
    const found = async (text: string) => {
      await page.locator('#found', { hasText: text }).waitFor()
      return page.locator('.row:visible .message').allTextContents()
    }
    const text = page.locator('#search-text')
    await found('4 lines')
    await text.fill('payment')
    expect(await found('3 of 4')).toEqual(['payment captured', 'payment refused', 'Payment by hand'])
    expect(await page.locator('mark').allTextContents()).toEqual(['payment', 'payment', 'Payment'])
    await text.fill('payment -captured')
    expect(await found('2 of 4')).toEqual(['payment refused', 'Payment by hand'])
    await text.fill('"order acc"')
    expect(await found('1 of 4')).toEqual(['order accepted'])
    await text.fill('.*')
    expect(await found('0 of 4')).toEqual([])
    await text.fill('')
    await page.locator('#search-key').fill('BEN')
    expect(await found('2 of 4')).toEqual(['payment refused', 'order accepted'])
    await page.locator('#search-level').selectOption('error')
    expect(await found('1 of 4')).toEqual(['payment refused'])
    // What arrives while somebody searches is searched, too.
    await store(dis, [{ data: '{"level":60,"msg":"out of stock"}', key: 'ben' }])
    expect(await found('2 of 5')).toEqual(['payment refused', 'out of stock'])
    await page.locator('#search button[type=reset]').click()
    await found('5 lines')
    const partition = await page.locator('.row', { hasText: 'captured' }).locator('.partition').textContent()
    const others = await page.locator('.row:visible .partition').allTextContents()
    const count = others.filter((other) => other === partition).length
    await page.locator('#search-partition').selectOption(`${STREAM}/${partition?.slice(1)}`)
    expect(await found(`${count} of 5`)).toContain('payment captured')
    await page.locator('#search-partition').selectOption('')
    await page.locator('#search-time').selectOption('1')
    await found('5 lines')
    await page.locator('#search-time').selectOption('between')
    await page.locator('#search-from').fill('2001-01-01T00:00:00')
    await page.locator('#search-to').fill('2001-01-02T00:00:00')
    expect(await found('0 of 5')).toEqual([])
  })

  it('can be paused and followed, and gone through with the keys alone', async () => {
    const { dis, page } = await open()
    const lines = Array.from({ length: 300 }, (_, n) => ({ data: `line ${n}` }))
    await store(dis, lines)
    await page.locator('.row', { hasText: 'line 299' }).waitFor()
    await page.keyboard.press('Space')
    await page.locator('#follow', { hasText: 'Follow' }).waitFor()
    await store(dis, [{ data: 'a new one' }])
    await page.locator('#follow', { hasText: '1 new' }).waitFor()
    expect(
      await page.locator('#lines').evaluate((at) => at.scrollTop + at.clientHeight < at.scrollHeight)
    ).toBe(true)
    await page.keyboard.press('Space')
    await page.locator('.row:visible', { hasText: 'a new one' }).waitFor()
    // From here on as somebody without a mouse: to the list, up, open, close, back to the newest.
    await page.locator('#lines').focus()
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('ArrowUp')
    await page.locator('.row[aria-selected=true]', { hasText: 'line 299' }).waitFor()
    const active = await page.locator('#lines').getAttribute('aria-activedescendant')
    expect(await page.locator(`#${active}`).getAttribute('aria-selected')).toBe('true')
    expect(await page.locator(`#${active} .message`).textContent()).toBe('line 299')
    await page.keyboard.press('Enter')
    await page.locator('#details-text', { hasText: /^line 299$/ }).waitFor()
    await page.locator('#details-close').focus()
    await page.keyboard.press('Escape')
    await page.locator('#details').waitFor({ state: 'hidden' })
    await page.keyboard.press('Home')
    await page.locator('.row[aria-selected=true]', { hasText: 'line 0' }).waitFor()
    await page.keyboard.press('Escape')
    await page.locator('#follow', { hasText: 'Pause' }).waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('299')
    await page.locator('#found', { hasText: '1 of 301' }).waitFor()
  })
})
