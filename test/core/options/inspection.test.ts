import { afterEach, describe, expect, it } from 'vitest'
import { createClient, inspectConfiguration } from '../../../packages/core/src/index.ts'
import { resolveSettings } from '../../../packages/core/src/options/settings.ts'
import { closedPort, httpServer, type Listening } from '../net/servers.ts'

const KEYS = {
  HUAWEICLOUD_SDK_AK: 'FAKEACCESSKEY0000001',
  HUAWEICLOUD_SDK_SK: 'fake-secret-key-never-to-be-shown'
}

let server: Listening | undefined
afterEach(() => server?.close())

describe('inspectConfiguration', () => {
  it('tells where each value comes from: the option, which variable, what it follows from, or the default', () => {
    const { values, problems, origin } = inspectConfiguration(
      { streamName: 'app-logs' },
      { ...KEYS, DIS_STREAM_NAME: 'other', HUAWEICLOUD_SDK_REGION: 'cn-north-4', DIS_PROJECT_ID: 'p' }
    )
    expect(problems).toEqual([])
    expect(origin).toBe('https://dis.cn-north-4.myhuaweicloud.com')
    expect(values).toEqual([
      { option: 'streamName', value: 'app-logs', from: 'options' },
      { option: 'endpoint', value: origin, from: 'region' },
      { option: 'region', value: 'cn-north-4', from: 'HUAWEICLOUD_SDK_REGION' },
      { option: 'projectId', value: 'p', from: 'DIS_PROJECT_ID' },
      { option: 'signing', value: 'sdk', from: 'default' }
    ])
  })

  it('agrees with what a producer would use', () => {
    const env = {
      ...KEYS,
      DIS_ENDPOINT: 'https://dis.eu-1.example',
      DIS_PROJECT_ID: 'p',
      DIS_STREAM_ID: 'id'
    }
    const { values } = inspectConfiguration({}, env)
    const { target } = resolveSettings({}, env)
    const shown = (option: string) => values.find((each) => each.option === option)?.value
    expect(shown('endpoint')).toBe(target.origin)
    expect(shown('region')).toBe(target.region)
    expect(shown('projectId')).toBe(target.projectId)
    expect(shown('streamId')).toBe(target.streamId)
  })

  it('finds all that is wrong at once, and nothing twice', () => {
    const { problems, origin } = inspectConfiguration({}, { DIS_ENDPOINT: 'http://127.0.0.1:9' })
    expect(problems.map(({ option }) => option)).toEqual(['credentials', 'projectId', 'streamName'])
    expect(origin).toBe('http://127.0.0.1:9')
    expect(inspectConfiguration({}, {}).problems.map(({ option }) => option)).toEqual([
      'endpoint',
      'projectId',
      'streamName'
    ])
    expect(inspectConfiguration({ buffer: { onFull: 'spool' } }, KEYS).problems.length).toBeGreaterThan(0)
  })

  it('shows no login of an endpoint or a proxy, and no proxy that is not used', () => {
    const env = {
      ...KEYS,
      DIS_STREAM_NAME: 's',
      DIS_PROJECT_ID: 'p',
      HTTPS_PROXY: 'http://me:hunter2@proxy:3128'
    }
    const through = inspectConfiguration({ region: 'cn-north-4' }, env)
    expect(through.values).toContainEqual({
      option: 'http.proxy',
      value: 'http://***@proxy:3128',
      from: 'the proxy variables'
    })
    const local = inspectConfiguration({ endpoint: 'https://localhost' }, env)
    expect(local.values.map(({ option }) => option)).not.toContain('http.proxy')
    const wrong = inspectConfiguration({ endpoint: 'https://me:hunter2@dis.example' }, env)
    expect(JSON.stringify([through, local, wrong])).not.toContain('hunter2')
  })

  it('probes the endpoint without credentials, and reads the clock from the answer', async () => {
    let headers: unknown
    server = await httpServer((request, response) => {
      headers = request.headers
      response.writeHead(404, { date: new Date(Date.now() - 3_600_000).toUTCString() }).end()
    })
    const { probeEndpoint } = inspectConfiguration({ endpoint: `http://127.0.0.1:${server.port}` }, KEYS)
    const answer = await probeEndpoint(1_000)
    expect(answer).toMatchObject({ kind: 'answer', status: 404 })
    const aheadMs = answer.kind === 'answer' ? answer.clockAheadMs : undefined
    expect(Math.abs((aheadMs ?? 0) + 3_600_000)).toBeLessThan(1_500)
    expect(headers).not.toHaveProperty('authorization')
  })

  it('a probe where nobody listens, or at no endpoint, is a value too', async () => {
    const endpoint = `http://127.0.0.1:${await closedPort()}`
    expect(await inspectConfiguration({ endpoint }, KEYS).probeEndpoint(1_000)).toMatchObject({
      code: 'NETWORK_REFUSED'
    })
    expect(await inspectConfiguration({}, KEYS).probeEndpoint(1_000)).toMatchObject({ kind: 'failure' })
  })
})

describe('a client', () => {
  it('says which credentials it has, without a secret', async () => {
    const client = createClient({
      endpoint: 'http://127.0.0.1:9',
      projectId: 'p',
      streamName: 's',
      credentials: { accessKey: 'FAKEACCESSKEY0000001', secretKey: 'hush', securityToken: 'hush too' }
    })
    expect(await client.identify()).toEqual({
      from: 'the option credentials',
      kind: 'temporary keys',
      accessKey: 'FAKEACCESSKEY0000001',
      endsAt: undefined
    })
    expect(await client.findProject()).toBe('p')
    await client.close()
  })
})
