/** Answers of the services that give credentials: IAM, the metadata of a server, the agent of a pod. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { FederationProvider, IamLoginProvider } from '../../../packages/core/src/auth/iam.ts'
import { MetadataProvider } from '../../../packages/core/src/auth/metadata.ts'
import { PodIdentityProvider } from '../../../packages/core/src/auth/pod-identity.ts'
import type { Provider } from '../../../packages/core/src/auth/provider.ts'
import { systemClock } from '../../../packages/core/src/clock.ts'
import { DisCredentialsError } from '../../../packages/core/src/errors.ts'
import { DIRECT } from '../../../packages/core/src/net/network.ts'
import { mutate } from '../generate/bytes.ts'
import { encoded, mangledJson } from '../generate/json.ts'
import type { Random } from '../generate/random.ts'
import { anyText } from '../generate/text.ts'
import { expect, type Kind } from '../kind.ts'
import { HostileServer, httpAnswer } from '../stand-ins/hostile-server.ts'
import { firstControl } from '../stand-ins/terminal.ts'

const PASSWORD = 'a-password-of-iam-2025'
const ID_TOKEN = 'an-id-token-of-a-pod-2025'
const NAMES = [
  'credential',
  'access',
  'secret',
  'securitytoken',
  'expires_at',
  'token',
  'project',
  'id',
  'error',
  'message'
]

const BODIES: readonly unknown[] = [
  {
    credential: {
      access: 'AK',
      secret: 'a-secret-key',
      securitytoken: 'a-security-token',
      expires_at: '2999-01-02T03:04:05.000000Z'
    }
  },
  { accessKeyId: 'AK', secretAccessKey: 's', securityToken: 't', expiration: '2999-01-02T03:04:05Z' },
  {
    token: {
      expires_at: '2999-01-02T03:04:05.000000Z',
      issued_at: '2025-01-02T03:04:05.000000Z',
      project: { id: 'p' }
    }
  },
  { error: { code: 401, message: `wrong password ${PASSWORD} or ${ID_TOKEN}`, title: 'Unauthorized' } }
]

/** The first byte says who is asked; the rest is the answer as it comes from the socket. */
function answer(random: Random): Buffer {
  const body = encoded(random, mangledJson(random, random.pick(BODIES), NAMES, random.pick([0, 0.05, 0.2])))
  const headers = random.list(4, () =>
    random.pick([
      'x-subject-token: a-token',
      'date: Thu, 02 Jan 2025 03:04:05 GMT',
      `x-subject-token: ${anyText(random, 9_000)}`,
      `date: ${anyText(random)}`,
      `${anyText(random)}: x`
    ])
  )
  const whole = httpAnswer(
    random.pick([200, 200, 200, 201, 201, 204, 302, 400, 401, 403, 404, 429, 500, 503]),
    body,
    ['x-subject-token: t', ...headers]
  )
  return Buffer.concat([random.bytes(1), random.chance(0.3) ? mutate(random, whole) : whole])
}

export async function credentialsReply(dir: string): Promise<Kind> {
  const tokenFile = join(dir, 'token')
  writeFileSync(tokenFile, ID_TOKEN, { mode: 0o600 })
  const server = new HostileServer()
  const origin = await server.listen()
  const login = { domainName: 'd', userName: 'u', password: PASSWORD, project: { id: 'p' } }
  const makers: readonly (() => Provider)[] = [
    () => new IamLoginProvider(login, origin, DIRECT, systemClock),
    () =>
      new FederationProvider({ idpId: 'i', idTokenFile: tokenFile }, origin, DIRECT, systemClock, () => {}),
    () => new MetadataProvider(origin, systemClock),
    () => new PodIdentityProvider({ uri: new URL(`${origin}/x`), tokenFile }, systemClock, () => {})
  ]
  return {
    generate: answer,
    async check(input) {
      const provider = makers[(input[0] ?? 0) % makers.length]?.()
      server.answer = () => input.subarray(1)
      server.requests = 0
      try {
        await checkProvider(provider, secretOf(provider))
      } finally {
        await provider?.close()
      }
      expect(server.requests <= 4, `${server.requests} requests for one answer`)
    },
    close: () => server.close()
  }
}

/** What the request holds, and its answer may quote. The metadata service gets no secret of ours. */
function secretOf(provider: Provider | undefined): string | undefined {
  if (provider instanceof MetadataProvider) return undefined
  return provider instanceof IamLoginProvider ? PASSWORD : ID_TOKEN
}

async function checkProvider(provider: Provider | undefined, secret: string | undefined): Promise<void> {
  if (provider === undefined) return
  try {
    const { credentials, endsAt, lifetimeMs } = await provider.provide()
    for (const value of Object.values(credentials)) {
      expect(typeof value === 'string' && value !== '', 'credentials are texts')
    }
    for (const time of [endsAt, lifetimeMs])
      expect(time === undefined || Number.isFinite(time), 'a time is a number')
  } catch (error) {
    if (!(error instanceof DisCredentialsError)) throw error
    expect(error.message.length <= 1_000, `a message is short, not ${error.message.length} characters`)
    expect(secret === undefined || !error.message.includes(secret), 'a message holds no secret')
    const control = firstControl(error.message)
    expect(control === undefined, `a message holds no ${control}`)
  }
}
