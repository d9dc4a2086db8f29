import { afterEach, describe, expect, it } from 'vitest'
import { createCredentialSource } from '../../../packages/core/src/auth/credentials.ts'
import type { DisOptions } from '../../../packages/core/src/index.ts'
import { resolveSettings } from '../../../packages/core/src/options/settings.ts'
import type { WarningEvent } from '../../../packages/core/src/report/events.ts'
import { ManualClock } from '../../../packages/core/src/testing.ts'
import { credentialBody, type Reply, type StandIn, standIn } from './stand-ins.ts'

const STEP = 30_000
const MINUTE = 60_000
const HOUR = 3_600_000
const KEYS = { accessKey: 'AK', secretKey: 'SK' }

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()))
})

/** A service and this machine with one time; only the wall clock of this machine jumps. */
async function world(
  answer: (request: { method: string; serviceNow: number; count: number }) => Reply,
  options: DisOptions | ((url: string) => DisOptions),
  { hasDate = true } = {}
) {
  const clock = new ManualClock()
  const serviceNow = () => clock.monotonic()
  const server: StandIn = await standIn(({ method }) => {
    const reply = answer({ method, serviceNow: serviceNow(), count: server.asked.length })
    const date: Record<string, string> = hasDate ? { Date: new Date(serviceNow()).toUTCString() } : {}
    return { ...reply, headers: { ...date, ...reply.headers } }
  }, hasDate)
  const settings = resolveSettings(
    {
      region: 'cn-north-4',
      streamName: 's',
      ...(typeof options === 'function' ? options(server.url) : options)
    },
    { DIS_METADATA_ENDPOINT: server.url, HUAWEICLOUD_SDK_IAM_ENDPOINT: server.url }
  )
  const warnings: WarningEvent[] = []
  const source = createCredentialSource(settings.credentials, {
    clock,
    warn: (event) => warnings.push(event)
  })
  open.push(server, source)
  const questions = (method: string) => server.asked.filter((each) => each.method === method).length
  /** A request every half minute, whether there are credentials or not. */
  async function requestsFor(ms: number): Promise<void> {
    for (let at = 0; at < ms; at += STEP) {
      const held = await source.get().catch(() => undefined)
      if (held !== undefined) await source.projectId(held).catch(() => undefined)
      // A renewal goes on in the background, over a socket that no manual clock drives.
      await questionsEnd(server)
      await clock.advance(STEP)
    }
  }
  return { clock, source, server, warnings, questions, requestsFor }
}

/** A renewal in the background has ended when nothing new is asked. */
async function questionsEnd({ asked }: StandIn): Promise<void> {
  const before = asked.length
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setTimeout(resolve, 1))
  if (asked.length !== before) await new Promise((resolve) => setTimeout(resolve, 10))
}

const fromMetadata: DisOptions = { projectId: 'p', credentials: { metadata: true } }
const fromIam = (url: string): DisOptions => ({
  projectId: 'p',
  credentials: { iam: { endpoint: url, domainName: 'a', userName: 'u', password: 'wrong' } }
})

/** Keys for `lifetimeMs`, without metadata tokens. */
const keysFor =
  (lifetimeMs: number) =>
  ({ method, serviceNow, count }: { method: string; serviceNow: number; count: number }): Reply =>
    method === 'PUT'
      ? { status: 404 }
      : {
          body: credentialBody(
            { access: `AK-${count}`, secret: 'SK', securitytoken: 'ST' },
            serviceNow + lifetimeMs
          )
        }

const JUMPS = [
  ['set back an hour', -HOUR],
  ['set forward an hour', HOUR],
  ['set forward a day', 24 * HOUR]
] as const

describe.each(JUMPS)('while the wall clock is %s,', (_, jump) => {
  it('keys are renewed once, in time, and by their lifetime', async () => {
    const { clock, questions, requestsFor } = await world(keysFor(HOUR), fromMetadata)
    await requestsFor(MINUTE)
    clock.jump(jump)
    await requestsFor(52 * MINUTE)
    expect(questions('GET')).toBe(1)
    await requestsFor(2 * MINUTE)
    expect(questions('GET')).toBe(2)
    await requestsFor(52 * MINUTE)
    expect(questions('GET')).toBe(2)
  })

  it('a token of IAM is renewed once, in time', async () => {
    const { clock, questions, requestsFor } = await world(
      ({ serviceNow }) => ({
        status: 201,
        headers: { 'X-Subject-Token': `T-${serviceNow}` },
        body: {
          token: {
            issued_at: new Date(serviceNow).toISOString(),
            expires_at: new Date(serviceNow + HOUR).toISOString()
          }
        }
      }),
      fromIam
    )
    await requestsFor(MINUTE)
    clock.jump(jump)
    await requestsFor(52 * MINUTE)
    expect(questions('POST')).toBe(1)
    await requestsFor(2 * MINUTE)
    expect(questions('POST')).toBe(2)
  })

  it('a refused password is sent every five minutes, no more and no less', async () => {
    const { clock, questions, requestsFor } = await world(() => ({ status: 401 }), fromIam)
    await requestsFor(MINUTE)
    clock.jump(jump)
    await requestsFor(4 * MINUTE - STEP)
    expect(questions('POST')).toBe(1)
    await requestsFor(10 * MINUTE)
    expect(questions('POST')).toBe(3)
  })

  it('the project is asked for every five minutes, where IAM refuses to say it', async () => {
    const { clock, questions, requestsFor } = await world(() => ({ status: 403 }), { credentials: KEYS })
    await requestsFor(MINUTE)
    clock.jump(jump)
    await requestsFor(4 * MINUTE - STEP)
    expect(questions('GET')).toBe(1)
    await requestsFor(10 * MINUTE)
    expect(questions('GET')).toBe(3)
  })

  it('a service that fails is asked again within a minute', async () => {
    const { clock, questions, requestsFor } = await world(() => ({ status: 500 }), fromIam)
    await requestsFor(10 * MINUTE)
    const before = questions('POST')
    clock.jump(jump)
    await requestsFor(10 * MINUTE)
    expect(questions('POST') - before).toBeGreaterThanOrEqual(9)
    expect(questions('POST') - before).toBeLessThan(22)
  })

  it('a metadata service without tokens is asked for one again after a day', async () => {
    const { clock, source, server, questions } = await world(keysFor(HOUR), fromMetadata)
    await source.get()
    clock.jump(jump)
    await clock.advance(23 * HOUR)
    await source.get()
    await questionsEnd(server)
    expect(questions('PUT')).toBe(1)
    await clock.advance(HOUR)
    await source.get()
    await questionsEnd(server)
    expect(questions('PUT')).toBe(2)
  })
})

describe.each(JUMPS)('where the wall clock was %s before the first request,', (_, jump) => {
  it('keys last as long as the service means, by its own Date header', async () => {
    const { clock, questions, requestsFor } = await world(keysFor(HOUR), fromMetadata)
    clock.jump(jump)
    await requestsFor(53 * MINUTE)
    expect(questions('GET')).toBe(1)
    await requestsFor(2 * MINUTE)
    expect(questions('GET')).toBe(2)
  })
})

describe('keys that are over when they come', () => {
  it('of a service without a Date header are asked for ever more rarely', async () => {
    const { clock, questions, requestsFor } = await world(keysFor(HOUR), fromMetadata, { hasDate: false })
    clock.jump(24 * HOUR)
    await requestsFor(HOUR)
    expect(questions('GET')).toBeGreaterThan(5)
    expect(questions('GET')).toBeLessThan(20)
  })
})
