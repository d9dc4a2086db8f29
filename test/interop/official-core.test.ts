import { createRequire } from 'node:module'
import { afterEach, describe, expect, it } from 'vitest'
import { type DisServer, type ServerOptions, startServer } from '../../packages/local/src/server.ts'

/**
 * The official shared SDK core as a client: it builds, signs, sends and reads the calls that its generated DIS
 * client makes. The local server checks every signature, so both have to mean the same by each byte.
 */
interface OfficialRequest {
  readonly method: string
  readonly url: string
  readonly contentType: string
  readonly queryParams: Readonly<Record<string, unknown>>
  readonly pathParams: Readonly<Record<string, string>>
  readonly headers: Record<string, string>
  readonly data?: unknown
}

interface OfficialClient {
  sendRequest(request: OfficialRequest): Promise<Readonly<Record<string, unknown>>>
}

interface OfficialCredentials {
  withAk(ak: string): this
  withSk(sk: string): this
  withProjectId(projectId: string): this
  withSecurityToken(securityToken: string): this
  withRegionId(regionId: string): this
  withDerivedPredicate(predicate: () => boolean): this
}

interface OfficialBuilder {
  withEndpoint(endpoint: string): this
  withCredential(credentials: OfficialCredentials): this
  withDerivedAuthServiceName(name: string): this
  build(): OfficialClient
}

// By hand rather than by its types: those pull in the browser types of its HTTP library.
const load = createRequire(import.meta.url)
const {
  ClientBuilder
}: { ClientBuilder: new (init: (client: OfficialClient) => OfficialClient) => OfficialBuilder } = load(
  '@huaweicloud/huaweicloud-sdk-core/ClientBuilder'
)
const { BasicCredentials }: { BasicCredentials: new () => OfficialCredentials } = load(
  '@huaweicloud/huaweicloud-sdk-core'
)

const STREAM = 'app-logs'
const PROJECT = '0123456789abcdef0123456789abcdef'
const KEY = { accessKey: 'EXAMPLEAKFAKE0000001', secretKey: 'EXAMPLE-fake-secret-key-do-not-use-000001' }

let dis: DisServer
afterEach(() => dis?.close())

async function start(options: Partial<ServerOptions> = {}): Promise<void> {
  dis = await startServer({
    streams: [{ name: STREAM, partitions: 3 }],
    auth: { keys: [KEY] },
    ...options
  })
}

const credentials = () =>
  new BasicCredentials().withAk(KEY.accessKey).withSk(KEY.secretKey).withProjectId(PROJECT)

function client(given: OfficialCredentials = credentials()): OfficialClient {
  return new ClientBuilder((official) => official)
    .withEndpoint(dis.url)
    .withCredential(given)
    .withDerivedAuthServiceName('dis')
    .build()
}

type Query = Readonly<Record<string, unknown>>

const request = (method: string, path: string, queryParams: Query = {}, data?: unknown): OfficialRequest => ({
  method,
  url: `/v2/{project_id}/${path}`,
  contentType: 'application/json',
  queryParams,
  pathParams: { project_id: PROJECT },
  headers: {},
  ...(data === undefined ? {} : { data })
})

const base64 = (text: string) => Buffer.from(text).toString('base64')
const sendRecords = (texts: readonly string[]) =>
  request(
    'POST',
    'records',
    {},
    { stream_name: STREAM, records: texts.map((text) => ({ data: base64(text), partition_key: 'user-42' })) }
  )

describe('the official Node SDK core', () => {
  it('sends records, asks for a cursor and reads them back', async () => {
    await start()
    const official = client()
    const sent = await official.sendRequest(sendRecords(['first', '日志 🔑']))
    expect(sent).toMatchObject({
      httpStatusCode: 200,
      failed_record_count: 0,
      records: [
        { partition_id: 'shardId-0000000002', sequence_number: '0' },
        { partition_id: 'shardId-0000000002', sequence_number: '1' }
      ]
    })
    const shown = await official.sendRequest(
      request('GET', 'cursors', {
        'stream-name': STREAM,
        'partition-id': 'shardId-0000000002',
        'cursor-type': 'TRIM_HORIZON'
      })
    )
    const consumed = await official.sendRequest(
      request('GET', 'records', { 'partition-cursor': shown['partition_cursor'], max_fetch_bytes: 1_000 })
    )
    expect(consumed).toMatchObject({
      records: [
        { partition_key: 'user-42', sequence_number: '0', data: base64('first') },
        { partition_key: 'user-42', sequence_number: '1', data: base64('日志 🔑') }
      ],
      next_partition_cursor: expect.any(String)
    })
    expect(dis.stats().authRefused).toBe(0)
  })

  it('describes, lists, creates, scales and deletes streams', async () => {
    await start()
    const official = client()
    const created = await official.sendRequest(
      request('POST', 'streams', {}, { stream_name: 'new', partition_count: 2 })
    )
    expect(created['httpStatusCode']).toBe(201)
    expect(
      await official.sendRequest(
        request('PUT', 'streams/new', {}, { stream_name: 'new', target_partition_count: 3 })
      )
    ).toMatchObject({ target_partition_count: 3 })
    expect(await official.sendRequest(request('GET', 'streams/new', { limit_partitions: 2 }))).toMatchObject({
      stream_name: 'new',
      writable_partition_count: 3,
      has_more_partitions: true
    })
    expect(await official.sendRequest(request('GET', 'streams', { limit: 10 }))).toMatchObject({
      stream_names: [STREAM, 'new']
    })
    expect((await official.sendRequest(request('DELETE', 'streams/new')))['httpStatusCode']).toBe(204)
    expect(dis.stats()).toMatchObject({ requests: 5, authRefused: 0 })
  })

  it('is let in with a temporary key and its security token', async () => {
    await start({ auth: { keys: [{ ...KEY, securityToken: 'FAKE-TOKEN' }] } })
    expect(
      await client(credentials().withSecurityToken('FAKE-TOKEN')).sendRequest(sendRecords(['x']))
    ).toMatchObject({ failed_record_count: 0 })
    await expect(client().sendRequest(sendRecords(['x']))).rejects.toMatchObject({ httpStatusCode: 441 })
  })

  it('is let in with its derived key, for the right region only', async () => {
    await start({ auth: { keys: [KEY], region: 'cn-north-4' } })
    const derived = (region: string) =>
      credentials()
        .withRegionId(region)
        .withDerivedPredicate(() => true)
    expect(await client(derived('cn-north-4')).sendRequest(sendRecords(['x']))).toMatchObject({
      failed_record_count: 0
    })
    await expect(client(derived('cn-east-3')).sendRequest(sendRecords(['x']))).rejects.toMatchObject({
      httpStatusCode: 441
    })
  })

  it('is refused with a wrong secret, and understands the gateway', async () => {
    await start({ auth: { keys: [KEY], style: 'gateway' } })
    const wrong = client(credentials().withSk('another'))
    await expect(wrong.sendRequest(sendRecords(['x']))).rejects.toMatchObject({
      httpStatusCode: 401,
      errorCode: 'APIGW.0301'
    })
    expect(await dis.records(STREAM)).toEqual([])
  })

  it('gets the partial failures of a throttled partition', async () => {
    await start({ limits: { recordsPerSecond: 1 }, clock: Date.now })
    expect(await client().sendRequest(sendRecords(['a', 'b']))).toMatchObject({
      failed_record_count: 1,
      records: [
        { sequence_number: '0' },
        { error_code: 'DIS.4303', error_message: 'Exceeded traffic control limit' }
      ]
    })
  })
})
