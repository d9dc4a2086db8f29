import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { channels, createClient, createProducer, type DisOptions } from '../../../packages/core/src/index.ts'
import { closedPort, connectProxy } from '../net/servers.ts'
import { type StandIn, standIn } from './stand-ins.ts'

// Parts that survive cutting and escaping are searched for, not only the whole.
const SECRET_KEY = 'PLANTED-SECRET-KEY'
const SECURITY_TOKEN = 'PLANTED-SECURITY-TOKEN'
const TOKEN = 'PLANTED-AUTH-TOKEN'
const PASSWORD = 'PLANTED-IAM-PASSWORD'
const PROXY_PASSWORD = 'PLANTED-PROXY'

const open: { close(): Promise<unknown> }[] = []
afterEach(async () => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
  await Promise.all(open.splice(0).map((each) => each.close()))
})

/** Everything that comes out of a thing, in every way that it can be looked at. */
function looks(thing: unknown): string[] {
  const shown = [inspect(thing, { depth: 20, showHidden: true, getters: true }), String(thing)]
  try {
    shown.push(JSON.stringify(thing) ?? '')
  } catch {
    // A circle cannot be printed as JSON by anybody.
  }
  if (thing instanceof Error)
    shown.push(thing.stack ?? '', ...looks(thing.cause), JSON.stringify({ ...thing }))
  return shown
}

/** Runs a producer and a client with those options, and returns all that can be seen of them. */
async function seen(options: DisOptions, runMs = 700): Promise<{ text: string; warnings: string[] }> {
  const out: unknown[] = []
  const warnings: string[] = []
  const keep = (text: unknown) => {
    out.push(String(text))
    return true
  }
  vi.spyOn(process.stderr, 'write').mockImplementation(keep)
  vi.spyOn(process.stdout, 'write').mockImplementation(keep)
  vi.spyOn(process, 'emitWarning').mockImplementation((...all: unknown[]) => void out.push(all))
  const heard = (message: unknown) => void out.push(message)
  for (const channel of Object.values(channels)) channel.subscribe(heard)

  const all = { retry: { baseMs: 1, maxMs: 20 }, closeTimeoutMs: 300, stats: { intervalMs: 100 }, ...options }
  const producer = createProducer({ projectId: 'p', streamName: 's', ...all })
  for (const name of ['rejected', 'dropped', 'warning', 'stats'] as const) {
    producer.on(name, (payload: unknown) => out.push(payload))
  }
  producer.on('warning', ({ code }) => warnings.push(code))
  producer.write('a line')
  await new Promise((resolve) => setTimeout(resolve, runMs))
  out.push(producer, producer.stats(), await producer.close())

  const client = createClient({ projectId: 'p', streamName: 's', ...options })
  out.push(client, await client.describeStream().catch((error: unknown) => error))
  await client.close()
  for (const channel of Object.values(channels)) channel.unsubscribe(heard)
  vi.restoreAllMocks()
  return { text: out.flatMap(looks).join('\n'), warnings }
}

/** A DIS, IAM or gateway at its worst: every answer quotes the whole request. */
async function echo(status: number): Promise<StandIn> {
  const server = await standIn((request) => ({
    status,
    body: {
      errorCode: status >= 500 ? 'DIS.5000' : 'DIS.4100',
      message: `Authorization error: ${JSON.stringify(request)}`
    }
  }))
  open.push(server)
  return server
}

describe('no secret is printed, emitted, thrown or shown', () => {
  it.each([
    [441, 'DIS.4100', 3_500],
    [500, 'DIS.5000', 700]
  ])('of keys that are refused with %i by a service that quotes them', async (status, code, runMs) => {
    const { url } = await echo(status)
    const credentials = { accessKey: 'AK', secretKey: SECRET_KEY, securityToken: SECURITY_TOKEN }
    const { text, warnings } = await seen({ endpoint: url, credentials }, runMs)
    expect(text).not.toMatch(/PLANTED/)
    expect(text).toContain('Authorization error')
    expect(warnings).toContain(code)
  })

  it('of a token', async () => {
    const { text } = await seen({ endpoint: (await echo(441)).url, credentials: { token: TOKEN } }, 200)
    expect(text).not.toMatch(/PLANTED/)
  })

  it('of a login, whose password IAM quotes', async () => {
    const { url } = await echo(401)
    const iam = { endpoint: url, domainName: 'd', userName: 'u', password: PASSWORD }
    const { text, warnings } = await seen({ endpoint: url, credentials: { iam } })
    expect(text).not.toMatch(/PLANTED/)
    expect(text).toContain('Authorization error')
    expect(warnings).toContain('CREDENTIALS_REFUSED')
  })

  it('of a proxy, given or from the environment, that cannot be used', async () => {
    const refusing = await connectProxy()
    open.push(refusing)
    refusing.status = 407
    for (const port of [refusing.port, await closedPort()]) {
      const proxy = `http://user:${PROXY_PASSWORD}@127.0.0.1:${port}`
      const options = { endpoint: 'https://dis.test', credentials: { token: TOKEN } }
      const given = await seen({ ...options, http: { proxy } })
      vi.stubEnv('HTTPS_PROXY', proxy)
      const found = await seen(options)
      vi.unstubAllEnvs()
      for (const { text, warnings } of [given, found]) {
        expect(text).not.toMatch(/PLANTED/)
        expect(text).not.toContain(Buffer.from(`user:${PROXY_PASSWORD}`).toString('base64'))
        expect(warnings[0]).toMatch(/^NETWORK_(PROXY|REFUSED)$/)
      }
    }
  })

  it('of a credentials file, or of what its agency gave', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'dis-logs-secrets-'))
    const path = join(dir, 'credentials')
    writeFileSync(path, `[basic]\nak = AK\nsk = ${SECRET_KEY}\nsecurity_token = ${SECURITY_TOKEN}\n`)
    const metadata = await standIn(({ method }) => ({
      body:
        method === 'PUT'
          ? TOKEN
          : {
              credential: { access: 'AK', secret: SECRET_KEY, securitytoken: SECURITY_TOKEN, expires_at: 'x' }
            }
    }))
    open.push(metadata)
    vi.stubEnv('DIS_METADATA_ENDPOINT', metadata.url)
    const { url } = await echo(441)
    for (const credentials of [{ profile: path }, { metadata: true }] as const) {
      expect((await seen({ endpoint: url, credentials }, 200)).text).not.toMatch(/PLANTED/)
    }
    rmSync(dir, { recursive: true })
  })

  it('of options that are wrong', () => {
    const wrong: unknown[] = [
      { credentials: { accessKey: 'AK', secretKey: SECRET_KEY, token: TOKEN } },
      { credentials: { iam: { userName: 'u', password: PASSWORD } } },
      { credentials: { iam: { domainName: 'd', userName: 7, password: [PASSWORD] } } },
      { credentials: PASSWORD },
      { credentials: [SECRET_KEY] },
      { http: { proxy: `socks5://user:${PROXY_PASSWORD}@host` } },
      { http: { proxy: `user:${PROXY_PASSWORD}@host:1:1` } },
      { http: { proxy: [PROXY_PASSWORD] } },
      { endpoint: `https://user:${PROXY_PASSWORD}@host` },
      { secretKey: SECRET_KEY }
    ]
    for (const options of wrong) {
      let thrown: unknown
      try {
        createProducer({ region: 'cn-north-4', projectId: 'p', streamName: 's', ...(options as DisOptions) })
      } catch (error) {
        thrown = error
      }
      expect(thrown).toBeInstanceOf(Error)
      expect(looks(thrown).join('\n')).not.toMatch(/PLANTED/)
    }
  })
})
