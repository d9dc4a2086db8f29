import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createCredentialSource } from '../../../packages/core/src/auth/credentials.ts'
import type { CredentialSource } from '../../../packages/core/src/auth/identity.ts'
import type { DisOptions } from '../../../packages/core/src/index.ts'
import { resolveSettings } from '../../../packages/core/src/options/settings.ts'
import type { WarningEvent } from '../../../packages/core/src/report/events.ts'
import { ManualClock } from '../../../packages/core/src/testing.ts'
import { ca, serverPair } from '../net/private-ca.ts'
import { closedPort, connectProxy, tlsServer } from '../net/servers.ts'
import { credentialBody, metadataService, type StandIn, standIn } from './stand-ins.ts'

const HOUR = 3_600_000
const KEYS = { access: 'TEMP-AK', secret: 'TEMP-SK', securitytoken: 'TEMP-ST' }
const HELD = { accessKey: 'TEMP-AK', secretKey: 'TEMP-SK', securityToken: 'TEMP-ST' }
const HEX_PROJECT = '0123456789abcdef0123456789abcdef'

const open: { close(): Promise<void> }[] = []
let dir = ''
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'dis-logs-auth-'))
})
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()))
  rmSync(dir, { recursive: true, force: true })
})

async function served(answer: StandIn['answer']): Promise<StandIn> {
  const server = await standIn(answer)
  open.push(server)
  return server
}

function file(name: string, text: string, mode = 0o600): string {
  const path = join(dir, name)
  writeFileSync(path, text)
  chmodSync(path, mode)
  return path
}

interface Sourced {
  readonly source: CredentialSource
  readonly clock: ManualClock
  readonly warnings: WarningEvent[]
}

/** The source that these options and this environment lead to, for a DIS that is not on this machine. */
function sourceFor(options: DisOptions, env: Record<string, string> = {}): Sourced {
  const settings = resolveSettings(
    { endpoint: 'https://dis.cn-north-4.example.com', projectId: 'p', streamName: 's', ...options },
    env
  )
  const clock = new ManualClock(Date.now())
  const warnings: WarningEvent[] = []
  const source = createCredentialSource(settings.credentials, {
    clock,
    warn: (event) => warnings.push(event)
  })
  open.push(source)
  return { source, clock, warnings }
}

describe('the metadata service of an ECS server', () => {
  const withMetadata = (server: StandIn, options: DisOptions = {}) =>
    sourceFor({ credentials: { metadata: true }, ...options }, { DIS_METADATA_ENDPOINT: server.url })

  it('gives keys for a token, and renews them with the same token', async () => {
    const server = await served(metadataService(() => KEYS, HOUR))
    const { source, clock } = withMetadata(server)
    expect(await source.get()).toEqual(HELD)
    expect(server.lines).toEqual(['PUT /meta-data/latest/api/token', 'GET /openstack/latest/securitykey'])
    await clock.advance(2 * HOUR)
    await source.get()
    expect(server.lines.slice(2)).toEqual(['GET /openstack/latest/securitykey'])
  })

  it.each([404, 405, 503])(
    'may not know tokens (%i): then it is asked without, for a day',
    async (status) => {
      const server = await served(({ method }) =>
        method === 'PUT' ? { status } : { body: credentialBody(KEYS, Date.now() + HOUR) }
      )
      const { source, clock } = withMetadata(server)
      await source.get()
      await clock.advance(2 * HOUR)
      await source.get()
      expect(server.lines.map((line) => line.slice(0, 3))).toEqual(['PUT', 'GET', 'GET'])
      expect(server.asked[1]?.headers['x-metadata-token']).toBeUndefined()
      await clock.advance(25 * HOUR)
      await source.get()
      expect(server.lines.map((line) => line.slice(0, 3)).slice(3)).toEqual(['PUT', 'GET'])
    }
  )

  it('gets a new token when it has forgotten the old one', async () => {
    const first = metadataService(() => KEYS, HOUR)
    const server = await served(first)
    const { source, clock } = withMetadata(server)
    await source.get()
    server.answer = metadataService(() => ({ ...KEYS, access: 'SECOND' }), HOUR)
    await clock.advance(2 * HOUR)
    expect(await source.get()).toMatchObject({ accessKey: 'SECOND' })
    expect(server.lines.slice(2).map((line) => line.slice(0, 3))).toEqual(['GET', 'PUT', 'GET'])
  })

  it('of a server without an agency says what to do, and is not asked for a token again', async () => {
    const server = await served(({ method }) =>
      method === 'PUT' ? { body: 'T' } : { status: 401, body: 'Please configure Cloud Service Agency first' }
    )
    const { source, warnings } = withMetadata(server)
    await expect(source.get()).rejects.toMatchObject({ reason: 'CREDENTIALS_REFUSED' })
    expect(warnings).toMatchObject([
      { message: expect.stringContaining('Cloud Service Agency'), cure: expect.stringContaining('agency') }
    ])
    expect(server.lines).toHaveLength(2)
  })

  it('that answers something else is unreadable, and nothing of it is shown', async () => {
    const server = await served(() => ({ body: { credential: { secret: 'HALF-A-SECRET' } } }))
    const { source, warnings } = withMetadata(server)
    await expect(source.get()).rejects.toMatchObject({ reason: 'CREDENTIALS_UNREADABLE' })
    expect(JSON.stringify(warnings)).not.toContain('HALF-A-SECRET')
  })

  it('is never asked through a proxy', async () => {
    const server = await served(metadataService(() => KEYS, HOUR))
    const { source } = withMetadata(server, { http: { proxy: `http://127.0.0.1:${await closedPort()}` } })
    expect(await source.get()).toEqual(HELD)
  })
})

describe('a login at IAM', () => {
  const issued = '2025-01-02T03:04:05.123456Z'
  const expires = '2025-01-03T03:04:05.123456Z'
  const login = (server: StandIn, options: DisOptions = {}) =>
    sourceFor({
      projectId: HEX_PROJECT,
      credentials: {
        iam: { endpoint: server.url, domainName: 'acme', userName: 'logs', password: 'PASS-WORD' }
      },
      ...options
    })
  const tokens = (): StandIn['answer'] => {
    let count = 0
    return () => ({
      status: 201,
      headers: { 'X-Subject-Token': `IAM-TOKEN-${++count}` },
      body: { token: { expires_at: expires, issued_at: issued, project: { id: 'project-of-token' } } }
    })
  }

  it('sends the password once a day, and gives a token for the project', async () => {
    const server = await served(tokens())
    const { source, clock } = login(server)
    expect(await source.get()).toEqual({ token: 'IAM-TOKEN-1' })
    expect(server.lines).toEqual(['POST /v3/auth/tokens?nocatalog=true'])
    const user = { name: 'logs', password: 'PASS-WORD', domain: { name: 'acme' } }
    expect(JSON.parse(server.asked[0]?.body ?? '')).toEqual({
      auth: {
        identity: { methods: ['password'], password: { user } },
        scope: { project: { id: HEX_PROJECT } }
      }
    })
    // By the lifetime that IAM states, whatever this machine's clock says.
    await clock.advance(23 * HOUR)
    expect(await source.get()).toEqual({ token: 'IAM-TOKEN-1' })
    await clock.advance(HOUR)
    expect(await source.get()).toEqual({ token: 'IAM-TOKEN-2' })
  })

  it('without a project id is for the project of the region, and learns its id', async () => {
    const server = await served(tokens())
    const iam = { endpoint: server.url, domainName: 'acme', userName: 'logs', password: 'PASS-WORD' }
    const settings = resolveSettings({ region: 'cn-north-4', streamName: 's', credentials: { iam } }, {})
    const source = createCredentialSource(settings.credentials, { clock: new ManualClock(), warn: () => {} })
    open.push(source)
    const held = await source.get()
    expect(JSON.parse(server.asked[0]?.body ?? '').auth.scope).toEqual({ project: { name: 'cn-north-4' } })
    expect(await source.projectId(held)).toBe('project-of-token')
  })

  it('with a wrong password is not tried again for five minutes, so that the user is not locked', async () => {
    const server = await served(() => ({
      status: 401,
      body: {
        error: { code: 401, message: 'The username or password (PASS-WORD) is wrong.', title: 'Unauthorized' }
      }
    }))
    const { source, clock, warnings } = login(server)
    for (let second = 0; second < 280; second += 7) {
      await expect(source.get()).rejects.toMatchObject({ reason: 'CREDENTIALS_REFUSED' })
      await clock.advance(7_000)
    }
    expect(server.lines).toHaveLength(1)
    expect(warnings).toMatchObject([
      {
        code: 'CREDENTIALS_REFUSED',
        message: expect.stringMatching(/HTTP 401.*wrong/),
        cure: expect.stringContaining('password')
      }
    ])
    expect(JSON.stringify(warnings)).not.toContain('PASS-WORD')
  })

  it('goes through the same proxy, and trusts the same authority, as DIS', async () => {
    const answer: RequestListener = (_, response) => {
      const body = { token: { expires_at: expires, issued_at: issued } }
      response.writeHead(201, { 'X-Subject-Token': 'OVER-TLS' }).end(JSON.stringify(body))
    }
    const [iam, proxy] = [await tlsServer(serverPair, answer), await connectProxy()]
    open.push(iam, proxy)
    const { source } = sourceFor({
      credentials: {
        iam: { endpoint: `https://iam.dis.test:${iam.port}`, domainName: 'a', userName: 'u', password: 'p' }
      },
      http: { ca, proxy: `http://127.0.0.1:${proxy.port}` }
    })
    expect(await source.get()).toEqual({ token: 'OVER-TLS' })
    expect(proxy.asked).toEqual([`iam.dis.test:${iam.port}`])
  })

  it('that cannot be reached is an outage like any other', async () => {
    const { source, warnings } = sourceFor({
      credentials: {
        iam: {
          endpoint: `http://127.0.0.1:${await closedPort()}`,
          domainName: 'a',
          userName: 'u',
          password: 'p'
        }
      }
    })
    await expect(source.get()).rejects.toMatchObject({ reason: 'CREDENTIALS_UNAVAILABLE' })
    expect(warnings).toMatchObject([{ message: expect.stringContaining('refuses connections') }])
  })
})

describe('a credentials file', () => {
  it('gives keys and project, and is read again when they are refused', async () => {
    const path = file('credentials', '# mine\n[basic]\nAK = one\nsk: se;c#ret=\n\n[other]\nak = x\n')
    const { source } = sourceFor({ credentials: { profile: path } })
    const held = await source.get()
    expect(held).toEqual({ accessKey: 'one', secretKey: 'se;c#ret=' })
    source.refused(held)
    expect(await source.refresh()).toBe(false)
    writeFileSync(path, '[basic]\nak = two\nsk = s\nsecurity_token = t')
    source.refused(held)
    expect(await source.refresh()).toBe(true)
    expect(await source.get()).toEqual({ accessKey: 'two', secretKey: 's', securityToken: 't' })
  })

  it('is found by its variable or in the home directory, and may name the project', async () => {
    const path = file('elsewhere', '[global]\nak = A\nsk = S\nproject_id = from-file')
    const named = { HUAWEICLOUD_SDK_CREDENTIALS_FILE: path }
    for (const credentials of [undefined, { profile: true } as const]) {
      const options = { region: 'cn-north-4', streamName: 's', ...(credentials ? { credentials } : {}) }
      expect(resolveSettings(options, named).target.projectId).toBe('from-file')
    }
    expect(await sourceFor({ credentials: { profile: '~/elsewhere' } }, { HOME: dir }).source.get()).toEqual({
      accessKey: 'A',
      secretKey: 'S'
    })
  })

  it('that everybody can read is worth one warning', async () => {
    const { source, warnings } = sourceFor({
      credentials: { profile: { file: file('c', '[prod]\nak = A\nsk = S', 0o644), section: 'prod' } }
    })
    await source.get()
    await source.refresh()
    expect(warnings).toMatchObject([
      { code: 'CREDENTIALS_FILE_OPEN', cure: expect.stringContaining('chmod 600') }
    ])
  })
})

describe('pod identity', () => {
  it('changes the token of the pod for keys, after the metadata service had none', async () => {
    const metadata = await served(() => ({ status: 404 }))
    const agent = await served(({ headers, body, method }) =>
      method === 'POST' && headers.authorization === 'POD-TOKEN' && body === '{}'
        ? {
            body: {
              credentials: {
                accessKeyId: 'TEMP-AK',
                secretAccessKey: 'TEMP-SK',
                securityToken: 'TEMP-ST',
                expiration: new Date(Date.now() + HOUR).toISOString()
              }
            }
          }
        : { status: 403 }
    )
    const { source, clock } = sourceFor(
      {},
      {
        DIS_METADATA_ENDPOINT: metadata.url,
        HC_CONTAINER_CREDENTIALS_FULL_URI: `${agent.url}/v1/credentials?pod=1`,
        HC_CONTAINER_AUTHORIZATION_TOKEN_FILE: file('token', 'POD-TOKEN\n')
      }
    )
    expect(await source.get()).toEqual(HELD)
    await clock.advance(2 * HOUR)
    expect(await source.get()).toEqual(HELD)
    // Found once, the others are left in peace.
    expect(agent.lines).toEqual(Array(2).fill('POST /v1/credentials?pod=1'))
    expect(metadata.lines).toHaveLength(2)
  })
})

describe('federation', () => {
  it('changes an ID token for keys, and beats access keys', async () => {
    const iam = await served(({ url, body, headers }) => {
      if (url === '/v3.0/OS-AUTH/id-token/tokens') {
        const isRight = headers['x-idp-id'] === 'idp' && JSON.parse(body).auth.id_token.id === 'ID-TOKEN'
        return isRight ? { status: 201, headers: { 'X-Subject-Token': 'UNSCOPED' } } : { status: 401 }
      }
      const { identity } = JSON.parse(body).auth
      return identity.token.id === 'UNSCOPED' && identity.token.duration_seconds === 21_600
        ? { status: 201, body: credentialBody(KEYS, Date.now() + 6 * HOUR) }
        : { status: 401 }
    })
    const { source } = sourceFor(
      {},
      {
        HUAWEICLOUD_SDK_AK: 'AK',
        HUAWEICLOUD_SDK_SK: 'SK',
        HUAWEICLOUD_SDK_IDP_ID: 'idp',
        HUAWEICLOUD_SDK_ID_TOKEN_FILE: file('id-token', 'ID-TOKEN'),
        HUAWEICLOUD_SDK_IAM_ENDPOINT: iam.url
      }
    )
    expect(await source.get()).toEqual(HELD)
    expect(iam.lines[1]).toBe('POST /v3.0/OS-CREDENTIAL/securitytokens')
  })
})

describe('discovery', () => {
  it('that finds nothing says where it looked, and what to set', async () => {
    const server = await served(() => ({ status: 404 }))
    const { source, warnings } = sourceFor({}, { DIS_METADATA_ENDPOINT: server.url, HOME: dir })
    await expect(source.get()).rejects.toMatchObject({
      code: 'DIS_LOGS_CREDENTIALS',
      reason: 'CREDENTIALS_NOT_FOUND',
      message: expect.stringMatching(/environment.*file.*ECS metadata.*404/)
    })
    expect(warnings).toMatchObject([{ cure: expect.stringContaining('HUAWEICLOUD_SDK_AK') }])
  })
})

describe('a project id that nobody gave', () => {
  const find = async (answer: StandIn['answer'], credentials: DisOptions['credentials']) => {
    const iam = await served(answer)
    const settings = resolveSettings(
      { region: 'cn-north-4', streamName: 's', ...(credentials === undefined ? {} : { credentials }) },
      { HUAWEICLOUD_SDK_IAM_ENDPOINT: iam.url }
    )
    const source = createCredentialSource(settings.credentials, { clock: new ManualClock(), warn: () => {} })
    open.push(source)
    return { iam, source, held: await source.get() }
  }
  const keys = { accessKey: 'AK', secretKey: 'SK', securityToken: 'ST' }

  it('is asked of IAM by region, signed, once', async () => {
    const { iam, source, held } = await find(() => ({ body: { projects: [{ id: HEX_PROJECT }] } }), keys)
    expect(await Promise.all([source.projectId(held), source.projectId(held)])).toEqual([
      HEX_PROJECT,
      HEX_PROJECT
    ])
    expect(iam.lines).toEqual(['GET /v3/projects?name=cn-north-4'])
    expect(iam.asked[0]?.headers).toMatchObject({
      'x-security-token': 'ST',
      authorization: expect.stringMatching(
        /^SDK-HMAC-SHA256 Access=AK, SignedHeaders=host;x-sdk-date;x-security-token, /
      )
    })
  })

  it.each<[string, ReturnType<StandIn['answer']>, string]>([
    ['there is none', { body: { projects: [] } }, 'knows no project cn-north-4'],
    ['there are several', { body: { projects: [{ id: 'a' }, { id: 'b' }] } }, '2 projects'],
    ['the user may not ask', { status: 403, body: { error: { code: 403, message: 'no' } } }, 'HTTP 403']
  ])('is not guessed where %s', async (_, reply, words) => {
    const { source, held } = await find(() => reply, keys)
    await expect(source.projectId(held)).rejects.toMatchObject({
      message: expect.stringContaining(words),
      cure: expect.stringContaining('set {projectId|DIS_PROJECT_ID}')
    })
  })
})
