import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createLocalDis } from '@dis-logs/local'
import { expect, it } from 'vitest'
import { describeInBrowser, sendLines, store, useBrowser } from './browser.ts'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

describeInBrowser('the page in a browser', () => {
  const open = useBrowser()

  it('switches a fault on, which works, is shown with its counts, and goes with its switch', async () => {
    const { dis, page } = await open()
    await page.locator('#tab-faults').click()
    const fault = page.locator('.fault', { has: page.locator('#fault-429') })
    await fault.locator('summary').click()
    await fault.getByLabel('Times').fill('2')
    await page.locator('#fault-429').click()
    await page.locator('#faults-summary', { hasText: '1' }).waitFor()
    expect((await dis.faults.list()).map((state) => state.fault)).toEqual([
      { kind: '429', probability: 1, times: 2 }
    ])
    await sendLines(dis, ['a line that needs three attempts'])
    await fault.locator('.counts', { hasText: 'struck 2 of 2' }).waitFor()
    await page.locator('.row', { hasText: 'three attempts' }).waitFor()
    await page.locator('#tab-requests').click()
    await page.locator('#requests-body .badge.bad').nth(1).waitFor()
    expect(await page.locator('#requests-body').textContent()).toContain('fault: 429')
    await page.locator('#requests-trouble').check()
    expect(await page.locator('#requests-body tr').count()).toBe(2)
    await page.locator('#tab-faults').click()
    await page.locator('#fault-429').click()
    await page.locator('#faults-summary').waitFor({ state: 'hidden' })
    expect(await dis.faults.list()).toEqual([])
  })

  it('changes the numbers of a fault that is on, and says what is wrong with others', async () => {
    const { dis, page } = await open()
    await page.locator('#tab-faults').click()
    const fault = page.locator('.fault', { has: page.locator('#fault-slow') })
    await page.locator('#fault-slow').click()
    await page.locator('#faults-summary', { hasText: '1' }).waitFor()
    await fault.locator('summary').click()
    const delay = fault.getByLabel('Delay')
    await delay.fill('20')
    await delay.blur()
    await expect.poll(() => dis.faults.list()).toMatchObject([{ fault: { kind: 'slow', delayMs: 20 } }])
    await delay.fill('-1')
    await delay.blur()
    await page.locator('#announcer', { hasText: 'delayMs' }).waitFor()
    expect(await dis.faults.list()).toMatchObject([{ fault: { kind: 'slow', delayMs: 20 } }])
    // One that a test switched on is seen, too, and all go at once.
    await dis.faults.add({ kind: 'empty' })
    await page.locator('#fault-empty:checked').waitFor()
    await page.locator('#faults-clear').click()
    await expect.poll(() => dis.faults.list()).toEqual([])
  })

  it('shows what the partitions take against their limit, a hot key, and who sends', async () => {
    const { dis, page } = await open({ limits: { recordsPerSecond: 50 } })
    // Again and again: a partition is full for the second in which it is at its limit.
    await expect
      .poll(
        async () => {
          const lines = Array.from({ length: 400 }, (_, n) => ({
            data: `line ${n}`,
            key: n % 10 === 0 ? 'anna' : 'ben'
          }))
          await store(dis, lines)
          return page.locator('.card[data-load=full]').count()
        },
        { timeout: 60_000, interval: 200 }
      )
      .toBeGreaterThan(0)
    await page.locator('#total-throttled', { hasText: /[1-9]/ }).waitFor()
    expect(await page.locator('.chart canvas').count()).toBe(3)
    await page.locator('#tab-keys').click()
    await page.locator('#keys-body tr.is-hot', { hasText: 'ben' }).waitFor()
    await sendLines(dis, ['one'])
    await page.locator('#tab-senders').click()
    await page.locator('#senders-body', { hasText: 'key LOCA…' }).waitFor()
    expect(await page.locator('body').textContent()).not.toContain('LOCAL-ACCESS-KEY')
    await page.locator('#tab-keys').click()
    await page.locator('.key-name', { hasText: 'anna' }).click()
    await page.locator('#found', { hasText: ' of ' }).waitFor()
    expect(new Set(await page.locator('.row:visible .key').allTextContents())).toEqual(new Set(['anna']))
  })

  it.each([
    ['light', 1440],
    ['dark', 380]
  ] as const)('has nothing that axe finds: %s, %i px wide', async (colorScheme, width) => {
    const { dis, page, complaints } = await open()
    await page.emulateMedia({ colorScheme })
    await page.setViewportSize({ width, height: 900 })
    const check = async (): Promise<unknown> => {
      // Outside of the page's policy, which would forbid it.
      await page.evaluate(AXE)
      return page.evaluate(
        'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html, any }) => [html, any[0]?.message]) })))'
      )
    }
    expect(await check()).toEqual([])
    await dis.faults.add({ kind: 'throttle', records: 1 })
    await store(
      dis,
      ['trace', 'debug', 'info', 'warn', 'error'].map((level) => ({
        data: JSON.stringify({ level, msg: `it is ${level}`, more: true }),
        key: `tenant-${level}`
      }))
    )
    await page.locator('#search-text').fill('it')
    await page.locator('mark').first().waitFor()
    await page.locator('.row:visible').first().click()
    for (const tab of ['requests', 'keys', 'senders', 'faults']) {
      await page.locator(`#tab-${tab}`).click()
      await page.locator(`#${tab} :is(tr, .fault)`).nth(1).waitFor()
      expect([tab, await check()]).toEqual([tab, []])
    }
    // Nothing is wider than the window.
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0)
    expect(complaints).toEqual({ errors: [], foreign: [] })
  })

  it('says what to do where a browser has no server-sent events', async () => {
    const { page } = await open({}, (before) => before.addInitScript('delete window.EventSource'))
    await page.locator('#banner', { hasText: 'has no server-sent events' }).waitFor()
    expect(await page.locator('#condition').textContent()).toBe('Not live')
  })

  it('says that the server is gone, and goes on with the next one, from its first line', async () => {
    const { dis, page } = await open()
    await store(dis, [{ data: 'of the old one' }])
    await page.locator('.row', { hasText: 'of the old one' }).waitFor()
    await dis.close()
    await page.locator('#banner', { hasText: 'Does the local DIS still run?' }).waitFor()
    const next = await createLocalDis({ port: dis.port, streams: [{ name: 'app-logs' }] })
    try {
      await store(next, [{ data: 'of the new one' }])
      await page.locator('.row:visible', { hasText: 'of the new one' }).waitFor()
      expect(await page.locator('.row:visible').count()).toBe(1)
      expect(await page.locator('#condition').textContent()).toBe('Live')
    } finally {
      await next.close()
    }
  })

  it('opens with its key where credentials are checked, and keeps no key in the address', async () => {
    const { dis, page } = await open({ auth: { tokens: ['T'] } })
    await page.locator('#condition[data-kind=open]').waitFor()
    expect(page.url()).toBe(`${dis.url}/viewer/`)
    expect(await page.evaluate('document.cookie')).toBe('')
  })

  it('keeps the theme that was chosen', async () => {
    const { page } = await open()
    const back = () => page.evaluate('getComputedStyle(document.body).backgroundColor')
    await page.emulateMedia({ colorScheme: 'light' })
    const light = await back()
    await page.locator('#theme').selectOption('dark')
    expect(await back()).not.toBe(light)
    await page.reload()
    expect(await back()).not.toBe(light)
  })
})
