import { describe, expect, it } from 'vitest'
import { record, send, start } from './calls.ts'
import { Page } from './open-page.ts'
import { message, raw } from './raw.ts'

const auth = { tokens: ['T'] }
const manual = { redirect: 'manual' } as const

/** Opens the address of the page as a browser does, and gives the cookie. */
async function enter(viewerUrl: string | undefined): Promise<string> {
  const response = await fetch(String(viewerUrl), manual)
  expect([response.status, response.headers.get('location')]).toEqual([303, '/viewer/'])
  return response.headers.get('set-cookie') ?? ''
}

describe('a server that checks credentials', () => {
  it('shows its page to whom has the address with the key only', async () => {
    const dis = await start({ auth })
    for (const path of ['', 'events', 'record', 'page.js']) {
      const response = await fetch(`${dis.url}/viewer/${path}`)
      expect([response.status, await response.text()]).toEqual([403, expect.stringContaining('?key=')])
    }
    const post = await fetch(`${dis.url}/viewer/faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"kind":"hang"}'
    })
    expect(post.status).toBe(403)
    expect(dis.faults.list()).toEqual([])
    const cookie = await enter(dis.viewerUrl)
    expect(cookie).toMatch(/^dis-viewer-\d+=[\w-]{24}; Path=\/viewer; HttpOnly; SameSite=Strict$/)
    const page = await Page.open(dis.url, { cookie: `other=1; ${cookie.split(';')[0]}` })
    expect((await page.next('hello'))['url']).toBe(dis.url)
  })

  it.each(['?key=', '?key=wrong', '?key=%00', ''])('lets nobody in with %j', async (query) => {
    const dis = await start({ auth })
    const response = await fetch(`${dis.url}/viewer${query}`, manual)
    expect(response.headers.get('set-cookie')).toBeNull()
    await expect(Page.open(dis.url, { cookie: `dis-viewer-${dis.port}=wrong` })).rejects.toThrow('403')
  })

  it('ends the pages that have no key when it begins to check', async () => {
    const dis = await start()
    const page = await Page.open(dis.url)
    dis.auth.addToken('T')
    await page.ended
    await expect(Page.open(dis.url)).rejects.toThrow('403')
  })
})

describe('a server without credentials', () => {
  it('has an address without a key', async () => {
    const dis = await start()
    expect(dis.viewerUrl).toBe(`${dis.url}/viewer/`)
    const response = await fetch(`${dis.url}/viewer`, manual)
    expect([response.status, response.headers.get('location')]).toEqual([303, '/viewer/'])
  })

  it('has no page if it is not wanted', async () => {
    const dis = await start({ viewer: false })
    expect(dis.viewerUrl).toBeUndefined()
    const response = await fetch(`${dis.url}/viewer/events`)
    expect([response.status, await response.json()]).toMatchObject([404, { error_code: 'APIGW.0101' }])
  })

  it.each([
    ['a name that was made to point here', 'Host: evil.test:PORT'],
    ['a page of another origin', 'Host: localhost:PORT', 'Origin: https://evil.test'],
    ['a link or a frame of another site', 'Host: localhost:PORT', 'Sec-Fetch-Site: cross-site'],
    ['another port of this machine', 'Host: localhost:PORT', 'Sec-Fetch-Site: same-site']
  ])('shows nothing to %s', async (_, ...headers) => {
    const dis = await start()
    await send(dis, [record('mine')])
    for (const path of ['/viewer/', '/viewer/events', '/viewer/record', '/viewer?key=x']) {
      const filled = headers.map((header) => header.replace('PORT', String(dis.port)))
      const reply = await raw(dis.port, message(`GET ${path}`, filled, ''))
      expect(reply.status).toBe(403)
      expect(reply.body).not.toContain('mine')
    }
  })

  it('gives no file but those of the page', async () => {
    const dis = await start()
    for (const path of [
      '../package.json',
      '%2e%2e/index.mjs',
      'constructor',
      'toString',
      '__proto__',
      'index.html/x'
    ]) {
      const reply = await raw(dis.port, message(`GET /viewer/${path}`, [`Host: localhost:${dis.port}`], ''))
      expect(reply.status).toBe(404)
    }
  })

  it('ends with its pages open', async () => {
    const dis = await start()
    const page = await Page.open(dis.url)
    await dis.close()
    await page.ended
  })
})
