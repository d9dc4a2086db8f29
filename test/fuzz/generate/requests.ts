/** Requests to DIS as bytes on a socket: valid ones of each call, changed in the body, its compression, the headers or anywhere. */
import { loadCodec } from '../../../packages/core/src/codec/load.ts'
import { compressionHeaders } from '../../../packages/core/src/wire/compress.ts'
import { encodeRequest } from '../../core/wire/schema.ts'
import { mutate } from './bytes.ts'
import { encoded, mangledJson } from './json.ts'
import type { Random } from './random.ts'
import { anyNumber, anyText } from './text.ts'

const NAMES = [
  'stream_name',
  'stream_id',
  'records',
  'data',
  'partition_key',
  'explicit_hash_key',
  'partition_id',
  'timestamp',
  'tags',
  'partition_count',
  'target_partition_count',
  'stream_type',
  'data_type',
  'data_duration',
  'key',
  'value'
]

interface Draft {
  readonly method: string
  readonly path: string
  readonly headers: readonly string[]
  readonly body: Buffer
}

const record = (random: Random) => ({
  data: Buffer.from(anyText(random, 300)).toString('base64'),
  ...random.pick([
    { partition_key: 'k' },
    { explicit_hash_key: '12' },
    { partition_id: 'shardId-0000000000' },
    {}
  ])
})
const records = (random: Random) => random.list(40, () => record(random))

/** A call with a JSON body, and values of any kind in it. */
export function jsonRequest(random: Random): Draft {
  const [method, path, value] = random.pick<readonly [string, string, () => unknown]>([
    ['POST', 'records', () => ({ stream_name: 'app-logs', stream_id: 'x', records: records(random) })],
    ['POST', 'records', () => ({ stream_name: 'app-logs', records: records(random) })],
    [
      'POST',
      'streams',
      () => ({
        stream_name: `s${random.below(50)}`,
        partition_count: 2,
        stream_type: 'COMMON',
        data_type: 'BLOB',
        data_duration: 24,
        tags: [{ key: 'a', value: 'b' }]
      })
    ],
    [
      'PUT',
      'streams/app-logs',
      () => ({ stream_name: 'app-logs', target_partition_count: 1 + random.below(6) })
    ]
  ])
  const body = encoded(random, mangledJson(random, value(), NAMES, random.pick([0.01, 0.05, 0.2])))
  return {
    method,
    path,
    headers: ['content-type: application/json'],
    body: random.chance(0.2) ? mutate(random, body) : body
  }
}

export function protobufRequest(random: Random): Draft {
  const message = () =>
    encodeRequest({
      streamName: 'app-logs',
      records: random.list(40, () => ({
        data: random.bytes(random.size(300)),
        partitionKey: anyText(random, 50)
      }))
    })
  const headers = ['content-type: application/x-protobuf; charset=utf-8']
  return {
    method: 'POST',
    path: 'records',
    headers,
    body: random.chance(0.1) ? message() : mutate(random, message(), message())
  }
}

const CODECS = (['lz4', 'snappy', 'zstd'] as const).flatMap((name) => loadCodec(name) ?? [])
// A few bytes that stand for many: zstd frames with windows of 2 GiB, 512 MiB, 16 and 8 MiB, and lengths that no body has.
const WINDOWS = ['a8', '98', '70', '68'].flatMap((window) => [
  `28b52ffd00${window}010000`,
  `28b52ffd00${window}020000aa`,
  `28b52ffd00${window}faffff61`
])
const BOMBS = [
  ...WINDOWS,
  '28b52ffda0ffffff7f010000',
  'ffffffff0f',
  '8080804001',
  '1f6100ffffffffffffffffffffff00'
]

/** A body in one of the three compressions, damaged on either side of it, or its header wrong. */
export function compressedRequest(random: Random): Draft {
  const inner = random.chance(0.5) ? jsonRequest(random) : protobufRequest(random)
  const bomb = random.chance(0.1) ? Buffer.from(random.pick(BOMBS), 'hex') : undefined
  const codec = random.pick(bomb?.[0] === 0x28 ? CODECS.slice(-1) : CODECS)
  const plain = random.chance(0.1) ? Buffer.alloc(random.size(4_000_000), 'a') : inner.body
  const compressed = bomb ?? codec.compress(plain)
  const length = random.chance(0.8)
    ? plain.length
    : random.pick([0, 1, plain.length + 1, 12_582_912, 12_582_913, 4_294_967_296])
  const headers = Object.entries(compressionHeaders(codec.name, length)).map((pair) => pair.join(': '))
  return {
    ...inner,
    headers: [...inner.headers, ...headers],
    body: random.chance(0.5) ? mutate(random, compressed) : compressed
  }
}

/** A call whose query has odd values. */
export function queryRequest(random: Random): Draft {
  const value = () =>
    encodeURIComponent(
      Buffer.from(random.chance(0.5) ? anyText(random, 2_000) : anyNumber(random)).toString()
    )
  const [path, known] = random.pick<readonly [string, readonly string[]]>([
    ['streams', ['limit', 'start_stream_name', 'exclusive_start_stream_name']],
    ['streams/app-logs', ['limit_partitions', 'start_partitionId', 'stream_id']],
    [
      'cursors',
      [
        'stream-name=app-logs&partition-id',
        'cursor-type',
        'starting-sequence-number',
        'timestamp',
        'stream-id'
      ]
    ],
    ['records', ['partition-cursor', 'limit', 'max_fetch_bytes']]
  ])
  const types = ['LATEST', 'TRIM_HORIZON', 'AT_TIMESTAMP', 'AT_SEQUENCE_NUMBER', 'AFTER_SEQUENCE_NUMBER']
  const query = known.flatMap((name) => {
    if (random.chance(0.2)) return []
    return [
      `${name}=${name === 'cursor-type' && random.chance(0.8) ? random.pick(types) : random.chance(0.5) ? value() : random.pick(['0', '1', '5', ''])}`
    ]
  })
  return {
    method: 'GET',
    path: `${path}?${query.join(random.pick(['&', '&', '&&', ';']))}`,
    headers: [],
    body: Buffer.alloc(0)
  }
}

/** The bytes of a request. Its headers may be damaged, its path another, and its length a lie. */
export function requestBytes(random: Random, draft: Draft, damage: number): Buffer {
  const { body, headers, method, path } = draft
  const length = random.chance(damage) ? random.pick([0, body.length + 1, -1, 1e12, 'x', '']) : body.length
  const isChunked = random.chance(damage / 2)
  const lines = [
    `${method} /v2/0123456789abcdef0123456789abcdef/${path} HTTP/1.1`,
    ...(headers.some((line) => /^host:/i.test(line)) ? [] : ['host: 127.0.0.1']),
    ...headers,
    isChunked ? 'transfer-encoding: chunked' : `content-length: ${length}`,
    ...(random.chance(damage)
      ? [
          `${random.pick(['x-auth-token', 'authorization', 'x-sdk-date', 'expect', 'origin', 'content-type'])}: ${anyText(random, 9_000)}`
        ]
      : []),
    'connection: close'
  ]
  const bytes = Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), body])
  return random.chance(damage) ? mutate(random, bytes) : bytes
}
