import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { DisOptions } from '../../packages/core/src/index.ts'
import type { Asked, Reply } from '../core/auth/stand-ins.ts'
import { shareOf } from '../thorough.ts'
import { echo, planted, TOKEN } from './echo.ts'
import { PLACES } from './places.ts'
import { run } from './run.ts'
import { findSecret, unpacked, Witness } from './witness.ts'

const SECRET_KEY = planted('SecretKey', 30)
const SECURITY_TOKEN = planted('Security', 400)
const PASSWORD = planted('Pass', 20)
const OIDC = planted('Oidc', 300).replaceAll('=', '.')
const METADATA_TOKEN = planted('Metadata', 60)
const POD_TOKEN = planted('Pod', 500)

let dir: string
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'dis-logs-quotes-'))
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))
const newFolder = () => mkdtempSync(join(dir, 'one-'))

const open: { close(): Promise<unknown> }[] = []
/** Of what belongs to the whole process. */
let everywhere: Witness
beforeEach(() => {
  everywhere = new Witness()
  everywhere.start()
})
afterEach(async () => {
  everywhere.stop()
  vi.unstubAllEnvs()
  await Promise.all(open.splice(0).map((each) => each.close()))
})

interface Kind {
  /** The credentials that make requests with the secret in them to that address. */
  readonly options: (address: string) => DisOptions
  readonly secrets: (asked: readonly Asked[]) => readonly string[]
  /** Only these requests are quoted. */
  readonly quotes?: (asked: Asked) => boolean
  /** The answer to the others; by default IAM's, with a token. */
  readonly otherwise?: Reply
}

const federation = (path: string, secret: string): Kind => ({
  quotes: ({ url }) => url === path,
  secrets: () => [secret],
  options: (address) => {
    const one = newFolder()
    writeFileSync(join(one, 'id-token'), OIDC, { mode: 0o600 })
    const lines = [
      '[basic]',
      'idp_id = i',
      `id_token_file = ${join(one, 'id-token')}`,
      `iam_endpoint = ${address}`
    ]
    writeFileSync(join(one, 'profile'), lines.join('\n'), { mode: 0o600 })
    return { credentials: { profile: { file: join(one, 'profile') } } }
  }
})

const KINDS: Readonly<Record<string, Kind>> = {
  token: { options: () => ({ credentials: { token: TOKEN } }), secrets: () => [TOKEN] },
  'token in protobuf': {
    options: () => ({ credentials: { token: TOKEN }, wire: { format: 'protobuf' } }),
    secrets: () => [TOKEN]
  },
  keys: {
    options: () => ({
      credentials: { accessKey: 'AKPLANTED', secretKey: SECRET_KEY, securityToken: SECURITY_TOKEN }
    }),
    secrets: (asked) => {
      const signatures = asked.map(({ headers }) => /Signature=(\w+)/.exec(headers.authorization ?? '')?.[1])
      return [SECURITY_TOKEN, SECRET_KEY, ...new Set(signatures.filter((one) => one !== undefined))]
    }
  },
  password: {
    options: (endpoint) => ({
      credentials: { iam: { endpoint, domainName: 'd', userName: 'u', password: PASSWORD } }
    }),
    secrets: () => [PASSWORD]
  },
  'OpenID Connect token': federation('/v3.0/OS-AUTH/id-token/tokens', OIDC),
  'what an ECS server and a pod are known by': {
    quotes: ({ method }) => method !== 'PUT',
    otherwise: { body: METADATA_TOKEN },
    secrets: () => [METADATA_TOKEN, POD_TOKEN],
    // Of all kinds, only this one reads the environment.
    options: (address) => {
      const one = newFolder()
      writeFileSync(join(one, 'pod-token'), POD_TOKEN, { mode: 0o600 })
      vi.stubEnv('HOME', one)
      vi.stubEnv('USERPROFILE', one)
      vi.stubEnv('DIS_METADATA_ENDPOINT', address)
      vi.stubEnv('HC_CONTAINER_CREDENTIALS_FULL_URI', `${address}/pod`)
      vi.stubEnv('HC_CONTAINER_AUTHORIZATION_TOKEN_FILE', join(one, 'pod-token'))
      return {}
    }
  },
  'token between': federation('/v3.0/OS-CREDENTIAL/securitytokens', TOKEN)
}

describe.each(shareOf(Object.entries(PLACES)))('a service that quotes the request in %s', (_, place) => {
  it('gets no secret shown', async () => {
    const planted = await Promise.all(
      Object.entries(KINDS).map(async ([kind, { options, secrets, quotes, otherwise }]) => {
        const { server, sent } = await echo(place, quotes, otherwise)
        open.push(server)
        const witness = await run(newFolder(), { endpoint: server.url, ...options(server.url) })
        const all = secrets(server.asked)
        for (const secret of all) expect(findSecret(witness.text, secret), kind).toBeUndefined()
        return {
          kind,
          all,
          isQuoted: all.some((secret) => findSecret(sent.join('\n'), secret) !== undefined)
        }
      })
    )
    for (const { kind, all } of planted) {
      for (const secret of all) expect(findSecret(everywhere.text, secret), kind).toBeUndefined()
    }
    // A place may be too short for one kind of secret, but not for each.
    expect(planted.some(({ isQuoted }) => isQuoted)).toBe(true)
  })
})

it('the search finds a piece of a secret, whatever escapes it', () => {
  for (const place of Object.values(PLACES)) {
    const { body, headers } = place(`x-auth-token: ${TOKEN}`)
    const said = `${unpacked(Buffer.from(body))}\n${Object.values(headers).join('\n')}`
    expect(findSecret(said, TOKEN)).toBeDefined()
  }
  const letters = TOKEN.replaceAll('+', '')
  expect(findSecret(`… ${letters.slice(40, 52)} …`, TOKEN)).toBeDefined()
  expect(findSecret(`… ${letters.slice(40, 51)} …`, TOKEN)).toBeUndefined()
})
