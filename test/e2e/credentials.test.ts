import { createLocalDis } from '@dis-logs/local'
import { afterEach, describe, expect, it } from 'vitest'
import { createClient } from '../../packages/core/src/index.ts'
import type { WarningEvent } from '../../packages/core/src/report/events.ts'
import { assembleProducer } from '../../packages/core/src/testing.ts'
import { metadataService, standIn, type TemporaryKeys } from '../core/auth/stand-ins.ts'
import { silentServer } from '../core/net/servers.ts'
import { world } from '../core/producer/world.ts'

const KEYS: TemporaryKeys = { access: 'AK', secret: 'SK', securitytoken: 'ST' }
const PROJECT = '0123456789abcdef0123456789abcdef'

const open: { close(): Promise<unknown> }[] = []
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close()
})

function kept<T extends { close(): Promise<unknown> }>(each: T): T {
  open.push(each)
  return each
}

describe('a producer whose credentials come from elsewhere', () => {
  it('finds keys and project with its first request, and not before', async () => {
    const dis = kept(
      await createLocalDis({
        port: 0,
        streams: [{ name: 's' }],
        projectId: PROJECT,
        auth: { keys: [{ accessKey: 'AK', secretKey: 'SK', securityToken: 'ST' }] }
      })
    )
    const metadata = kept(await standIn(metadataService(() => KEYS, 3_600_000)))
    const iam = kept(await standIn(() => ({ body: { projects: [{ id: PROJECT }] } })))
    const env = {
      DIS_METADATA_ENDPOINT: metadata.url,
      HUAWEICLOUD_SDK_IAM_ENDPOINT: iam.url,
      DIS_REGION: 'cn-north-4'
    }
    const producer = kept(assembleProducer({ endpoint: dis.url, streamName: 's' }, { env }))
    expect([metadata.lines, iam.lines]).toEqual([[], []])
    producer.write('x')
    expect(await producer.flush({ timeoutMs: 5_000 })).toMatchObject({ delivered: 1 })
    expect(iam.lines).toEqual(['GET /v3/projects?name=cn-north-4'])
  })

  it('keeps the lines and says at once what is missing; they go out when it comes', async () => {
    const dis = kept(await createLocalDis({ port: 0, streams: [{ name: 's' }] }))
    const metadata = kept(await standIn(() => ({ status: 404 })))
    const warnings: WarningEvent[] = []
    const producer = kept(
      assembleProducer(
        { endpoint: dis.url, projectId: 'p', streamName: 's', retry: { maxMs: 50 } },
        { env: { DIS_METADATA_ENDPOINT: metadata.url }, stderr: () => {} }
      )
    )
    producer.on('warning', (event) => warnings.push(event))
    producer.write('x')
    expect(await producer.flush({ timeoutMs: 300 })).toMatchObject({ pending: 1 })
    expect(warnings[0]).toMatchObject({
      code: 'CREDENTIALS_NOT_FOUND',
      cure: expect.stringContaining('HUAWEICLOUD_SDK_AK')
    })
    metadata.answer = metadataService(() => KEYS, 3_600_000)
    expect(await producer.flush({ timeoutMs: 5_000 })).toMatchObject({ delivered: 1 })
  })

  it('closes in time while it waits for them', async () => {
    const silent = kept(await silentServer())
    const env = { DIS_METADATA_ENDPOINT: `http://127.0.0.1:${silent.port}` }
    const warnings: WarningEvent[] = []
    const producer = assembleProducer(
      { endpoint: 'https://dis.test', projectId: 'p', streamName: 's' },
      { env, stderr: () => {} }
    )
    producer.on('warning', (event) => warnings.push(event))
    producer.write('x')
    const startedAt = Date.now()
    expect(await producer.close({ timeoutMs: 100 })).toMatchObject({ dropped: 1 })
    expect(Date.now() - startedAt).toBeLessThan(1_000)
    // That the question was cut off by the close is no trouble of the credentials.
    expect(warnings).toEqual([])
  })
})

describe('an endpoint that does not take the sdk scheme', () => {
  it.each(['DIS.4108', 'DIS.4109'])('says with %s to set another one', async (code) => {
    const { producer, clock, transport, events } = world({
      credentials: { accessKey: 'AK', secretKey: 'SK' }
    })
    transport.answer(() => ({
      kind: 'answer',
      status: 441,
      headers: {},
      body: Buffer.from(JSON.stringify({ errorCode: code, message: 'no' }))
    }))
    producer.write('x')
    await clock.advance(10_000)
    expect(events).toMatchObject([
      { name: 'warning', payload: { code, cure: expect.stringContaining("signing: 'dis'") } }
    ])
  })
})

describe('a credentials function', () => {
  it.each<[string, () => never | Promise<never>, RegExp]>([
    ['never answers', () => new Promise<never>(() => {}), /no answer within 30 s/],
    ['throws', () => Promise.reject(new Error('vault is sealed')), /vault is sealed/],
    ['gives something else', () => JSON.parse('{"accessKey":"AK"}'), /neither .*accessKey, secretKey/]
  ])('that %s is an outage with a reason, not a stop', async (_, credentials, words) => {
    const { producer, clock, events } = world({ credentials })
    producer.write('x')
    await clock.advance(180_000)
    expect(events).toMatchObject([{ name: 'warning', payload: { code: 'CREDENTIALS_FUNCTION' } }])
    expect(JSON.stringify(events)).toMatch(words)
    expect(producer.stats().buffered).toBe(1)
  })
})

describe('the reading client', () => {
  it('rejects with what is wrong with the credentials', async () => {
    const client = kept(
      createClient({
        endpoint: 'http://127.0.0.1:1',
        projectId: 'p',
        streamName: 's',
        credentials: () => Promise.reject(new Error('vault is sealed'))
      })
    )
    await expect(client.describeStream()).rejects.toMatchObject({
      code: 'DIS_LOGS_CREDENTIALS',
      reason: 'CREDENTIALS_FUNCTION',
      message: expect.stringContaining('vault is sealed')
    })
  })
})
