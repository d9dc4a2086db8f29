import { describe, expect, it } from 'vitest'
import {
  createClient,
  createProducer,
  DisConfigError,
  DisError,
  type DisOptions
} from '../../../packages/core/src/index.ts'
import { resolveSettings } from '../../../packages/core/src/options/settings.ts'

const base: DisOptions = {
  endpoint: 'http://127.0.0.1:1',
  projectId: 'p',
  streamName: 's',
  credentials: { accessKey: 'AK', secretKey: 'SK' }
}

function problemOf(options: unknown, env: Record<string, string> = {}): DisConfigError {
  try {
    resolveSettings(options as DisOptions, env)
  } catch (error) {
    if (error instanceof DisConfigError) return error
    throw error
  }
  throw new Error('these options were accepted')
}

describe('bad options', () => {
  it.each<[string, unknown, string[]]>([
    ['batchSize', { ...base, batchSize: 3 }, ['batchSize', 'unknown option', 'batch', 'streamName']],
    ['batch.maxRecord', { ...base, batch: { maxRecord: 3 } }, ['batch.maxRecord', 'unknown', 'maxRecords']],
    ['batch.maxRecords', { ...base, batch: { maxRecords: 0 } }, ['got 0', 'from 1 to 5000']],
    ['batch.maxBytes', { ...base, batch: { maxBytes: '1MB' } }, ["got '1MB'", 'from 1024 to 5242880']],
    ['batch.lingerMs', { ...base, batch: { lingerMs: 1.5 } }, ['got 1.5', 'whole number']],
    ['concurrency.max', { ...base, concurrency: { max: 100 } }, ['from 1 to 64']],
    ['retry.maxAgeMs', { ...base, retry: { maxAgeMs: -1 } }, ['got -1']],
    ['newlines', { ...base, newlines: 'drop' }, ["got 'drop'", "'keep', 'escape'"]],
    ['lineId', { ...base, lineId: 'id' }, ["got 'id'", 'true or false']],
    ['oversize', { ...base, oversize: 'split' }, ["got 'split'", "'truncate', 'reject'"]],
    ['signing', { ...base, signing: 'v4' }, ["'sdk', 'dis', 'derived'"]],
    ['ordered', { ...base, ordered: 'yes' }, ["got 'yes'", 'true or false']],
    ['buffer.onFull', { ...base, buffer: { onFull: 'explode' } }, ["'block'"]],
    ['streamName', { ...base, streamName: 'my stream' }, ["got 'my stream'", '1 to 64']],
    ['explicitHashKey', { ...base, explicitHashKey: '9223372036854775808' }, ['9223372036854775807']],
    ['explicitHashKey', { ...base, explicitHashKey: 12 }, ['got 12', 'decimal string']],
    ['partitionId', { ...base, partitionId: 'shard-1' }, ['shardId-0000000000']],
    ['partitionKey', { ...base, partitionKey: 7 }, ['got 7', 'tenant.id']],
    ['partitionKey', { ...base, partitionKey: [] }, ['up to 16']],
    ['partitionKey', { ...base, partitionKey: Array(17).fill('k') }, ['up to 16']],
    // Its holes take no memory until somebody reads them.
    ['partitionKey', { ...base, partitionKey: Array(2 ** 32 - 1) }, ['up to 16']],
    ['http.ca', { ...base, http: { ca: Array(2 ** 32 - 1) } }, ['PEM']],
    ['aggregate', { ...base, aggregate: 'yes' }, ['true, false or { maxBytes }']],
    ['wire.format', { ...base, wire: { format: 'avro' } }, ["got 'avro'", "'json', 'protobuf'"]],
    [
      'wire.compression',
      { ...base, wire: { compression: 'gzip' } },
      ["got 'gzip'", "'none', 'lz4', 'snappy', 'zstd'"]
    ],
    ['wire.level', { ...base, wire: { level: 3 } }, ['unknown option', 'format, compression']],
    ['wire', { ...base, wire: 'protobuf' }, ["got 'protobuf'"]],
    ['requestTimeoutMs', { ...base, requestTimeoutMs: 1 }, ['from 100 to 300000']],
    ['endpoint', { ...base, endpoint: 'dis.example.com' }, ['with its scheme']],
    ['endpoint', { ...base, endpoint: 'https://dis.example.com/v2' }, ['without a path']],
    ['endpoint', { ...base, endpoint: 'http://10.0.0.1' }, ['loopback', 'http.allowInsecure']],
    ['region', { ...base, signing: 'dis' }, ["signing: 'dis'", 'DIS_REGION']],
    ['credentials', { ...base, credentials: { accessKey: 'AK' } }, ['an object', 'secretKey']]
  ])('%s: the message names option, value and what is allowed', (option, options, words) => {
    const error = problemOf(options)
    expect(error.option).toBe(option)
    for (const word of words) expect(error.message).toContain(word)
  })

  it('say how to mend them twice: in prose, and with the options in braces for front ends', () => {
    const [problem] = problemOf({ ...base, signing: 'dis' }).problems
    expect(problem).toEqual({
      option: 'region',
      given: 'nothing',
      cure: "{signing: 'dis'} signs the region: set {region|DIS_REGION}",
      allowed: "signing: 'dis' signs the region: set region or DIS_REGION"
    })
  })

  it('are all named at once', () => {
    const error = problemOf({ ...base, ordered: 1, batch: { maxRecords: -1 }, colour: 'red' })
    expect(error.problems.map((problem) => problem.option).sort()).toEqual([
      'batch.maxRecords',
      'colour',
      'ordered'
    ])
  })

  it.each<[string, DisOptions]>([
    ['endpoint', { projectId: 'p', streamName: 's' }],
    ['projectId', { endpoint: 'http://127.0.0.1:1', streamName: 's', credentials: { token: 'T' } }],
    ['streamName', { region: 'cn-north-4', projectId: 'p' }],
    ['credentials', { endpoint: 'http://127.0.0.1:1', projectId: 'p', streamName: 's' }]
  ])('a missing %s says where it could come from', (option, options) => {
    const error = problemOf(options)
    expect(error.option).toBe(option)
    expect(error.message).toMatch(/DIS_|HUAWEICLOUD_/)
  })

  it('never show a secret, wherever it was put', () => {
    const secret = 'PLANTED-SECRET'
    const shown = [
      problemOf({ ...base, credentials: { accessKey: 'AK', secretKey: [secret] } }),
      problemOf({ ...base, credentials: { ak: 'AK', sk: secret } }),
      problemOf({ ...base, credentials: secret }),
      problemOf({ ...base, secretKey: secret }),
      problemOf({ ...base, endpoint: `https://user:${secret}@dis.example.com` }),
      problemOf({ ...base, [`http://user:${secret}@proxy.example.com`]: 1 }),
      problemOf({ ...base, batch: { [`http://user:${secret}@proxy.example.com/`]: 1 } }),
      problemOf({ ...base, credentials: { [`http://user:${secret}@proxy.example.com`]: 1 } }),
      problemOf({ ...base, credentials: { token: { [`http://user:${secret}@proxy.example.com`]: 1 } } })
    ]
    for (const error of shown) expect(JSON.stringify([error.message, error.problems])).not.toContain(secret)
  })

  it('throw the same kind of error from every entry, also between two copies of the package', () => {
    for (const create of [createProducer, createClient]) {
      expect(() => create({ ...base, ordered: 1 } as unknown as DisOptions)).toThrow(DisConfigError)
    }
    const fromAnotherCopy = Object.assign(new Error('x'), {
      [Symbol.for('dis-logs.error')]: 'DIS_LOGS_CONFIG'
    })
    expect(fromAnotherCopy).toBeInstanceOf(DisConfigError)
    expect(fromAnotherCopy).toBeInstanceOf(DisError)
    expect(new Error('x')).not.toBeInstanceOf(DisError)
  })
})

describe('good options', () => {
  it('get the documented defaults and are frozen', () => {
    const settings = resolveSettings(base, {})
    expect(settings).toMatchObject({
      signing: 'sdk',
      routing: { kind: 'field', paths: ['hostname'] },
      aggregateBytes: 0,
      newlines: 'keep',
      lineId: false,
      ordered: false,
      batch: { maxRecords: 500, maxBytes: 1_000_000, lingerMs: 200 },
      maxConcurrency: 8,
      retry: { baseMs: 100, maxMs: 30_000, maxAttempts: 10, maxAgeMs: null },
      requestTimeoutMs: 30_000,
      closeTimeoutMs: 8_000,
      oversize: 'truncate',
      buffer: { maxBytes: 64 * 1024 ** 2, onFull: 'block' },
      wire: { format: 'json', compression: 'none' }
    })
    expect(Object.isFrozen(settings)).toBe(true)
    expect(Object.isFrozen(settings.batch)).toBe(true)
    expect(Object.isFrozen(settings.wire)).toBe(true)
  })

  it('take what is missing from the environment, and beat it', () => {
    const env = {
      DIS_REGION: 'cn-north-4',
      HUAWEICLOUD_SDK_PROJECT_ID: 'from-env',
      DIS_STREAM_NAME: 'env-stream',
      HUAWEICLOUD_SDK_AK: 'AK',
      HUAWEICLOUD_SDK_SK: 'SK',
      HUAWEICLOUD_SDK_SECURITY_TOKEN: 'ST'
    }
    expect(resolveSettings(undefined, env)).toMatchObject({
      target: {
        origin: 'https://dis.cn-north-4.myhuaweicloud.com',
        host: 'dis.cn-north-4.myhuaweicloud.com',
        region: 'cn-north-4',
        projectId: 'from-env',
        streamName: 'env-stream'
      },
      credentials: {
        choice: { kind: 'fixed', credentials: { accessKey: 'AK', secretKey: 'SK', securityToken: 'ST' } }
      }
    })
    expect(resolveSettings({ streamName: 'mine', credentials: { token: 'T' } }, env)).toMatchObject({
      target: { streamName: 'mine' },
      credentials: { choice: { kind: 'fixed', credentials: { token: 'T' } } }
    })
  })

  it('drop a default port from the host that is signed', () => {
    expect(resolveSettings({ ...base, endpoint: 'https://dis.example.com:443' }, {}).target.host).toBe(
      'dis.example.com'
    )
    expect(resolveSettings({ ...base, endpoint: 'https://dis.example.com:20004/' }, {}).target.host).toBe(
      'dis.example.com:20004'
    )
  })

  it('route by the precedence of DIS: partition id, then hash key, then key', () => {
    const routing = (options: DisOptions) => resolveSettings({ ...base, ...options }, {}).routing
    expect(routing({ partitionId: '0', explicitHashKey: '1', partitionKey: 'x' })).toEqual({
      kind: 'constant',
      partitionId: '0'
    })
    expect(routing({ explicitHashKey: '1', partitionKey: 'x' })).toEqual({
      kind: 'constantHash',
      explicitHashKey: '1'
    })
    expect(routing({ partitionKey: null })).toEqual({ kind: 'spread' })
    expect(routing({ partitionKey: ['a.b', 'c'] })).toEqual({ kind: 'field', paths: ['a.b', 'c'] })
  })
})
