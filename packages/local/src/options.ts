import {
  type Check,
  integer,
  listOf,
  oneOf,
  optional,
  pattern,
  positive,
  reject,
  type Shaped,
  secret,
  shape,
  text,
  withDefault
} from './checks.ts'

/** What a stream is sold as; decides its limits. */
export type StreamType = 'COMMON' | 'ADVANCED'

/** What a record of a stream is: anything, or one value of JSON or CSV, with a schema for dump tasks. */
export type DataType = 'BLOB' | 'JSON' | 'CSV'

/** A stream to start with. */
export interface StreamOptions {
  /** 1–64 letters, digits, `-`, `_`. */
  readonly name: string
  /** Partitions to start with. Default 1. */
  readonly partitions?: number | undefined
  /** Default `'COMMON'`. */
  readonly type?: StreamType | undefined
  /** What a record is said to be. Nothing checks records against it, as in the service. Default `'BLOB'`. */
  readonly dataType?: DataType | undefined
  /** Stream id; made up if left out. */
  readonly id?: string | undefined
  /** Sequence number of each partition's first record, as decimal text. Default `'0'`. */
  readonly firstSequenceNumber?: string | undefined
}

/** An access key that the server knows. */
export interface AccessKey {
  readonly accessKey: string
  readonly secretKey: string
  /** Makes the key a temporary one: requests must bring this in X-Security-Token. */
  readonly securityToken?: string | undefined
  /** When the key ends: milliseconds since 1970, a Date or ISO text. */
  readonly expiresAt?: number | string | Date | undefined
}

/** Who may call. Without this, every request is let in, with any credentials or none. */
export interface AuthOptions {
  readonly keys?: readonly AccessKey[] | undefined
  /** Values of X-Auth-Token that are let in. */
  readonly tokens?: readonly string[] | undefined
  /** Who refuses: DIS (441, `DIS.41xx`) or the gateway in front of it (401, `APIGW.0301`). Default `'dis'`. */
  readonly style?: 'dis' | 'gateway' | undefined
  /** Region that scoped signatures must name; any if left out. */
  readonly region?: string | undefined
  /** Largest difference between X-Sdk-Date and the server's time. Default 15 minutes, as documented. */
  readonly maxSkewMs?: number | undefined
  /** Failures in a row after which a key is locked for five minutes, even for right requests. Off by default. */
  readonly lockAfterFailures?: number | undefined
}

/** Limits other than the real ones. What is left out is as the stream's type has it. */
export interface LimitOptions {
  /** Records a second a partition takes. */
  readonly recordsPerSecond?: number | undefined
  /** Bytes of data a second a partition takes. */
  readonly bytesPerSecond?: number | undefined
  /** How much time's worth of unused rate can be used at once. Default 1000. */
  readonly burstMs?: number | undefined
  /**
   * Bytes of data in one request, however many partitions the stream has. Default: 1 MiB (ADVANCED 5 MiB) for each partition, and at least
   * 5 MiB. The strict reading of the API reference is 1,048,576.
   */
  readonly requestBytes?: number | undefined
  /** Bytes of data in one record. */
  readonly recordBytes?: number | undefined
}

/** `true`: the real limits of the stream's type. `false`: none. */
export type LimitsOption = boolean | LimitOptions

const STREAM_TYPES: readonly StreamType[] = ['COMMON', 'ADVANCED']

/** All of them. */
export const DATA_TYPES: readonly DataType[] = ['BLOB', 'JSON', 'CSV']

/** Documented form of a stream name. */
export const STREAM_NAME: RegExp = /^[A-Za-z0-9_-]{1,64}$/

/** Check of a stream's options. */
export const streamCheck: Check<CheckedStream> = shape({
  name: pattern(STREAM_NAME, '1–64 letters, digits, - and _'),
  // Ids are ten digits wide and never used again; this leaves room for both.
  partitions: withDefault(integer(1, 10_000), 1),
  type: withDefault(oneOf(STREAM_TYPES), 'COMMON'),
  dataType: withDefault(oneOf(DATA_TYPES), 'BLOB'),
  id: optional(text()),
  firstSequenceNumber: withDefault(
    pattern(/^\d{1,18}$/, 'a decimal number of up to 18 digits, as a string'),
    '0'
  )
})

/** Stream options after the check. */
export type CheckedStream = {
  readonly name: string
  readonly partitions: number
  readonly type: StreamType
  readonly dataType: DataType
  readonly id: string | undefined
  readonly firstSequenceNumber: string
}

const moment: Check<number> = (value, path) => {
  const time = value instanceof Date ? value.getTime() : typeof value === 'string' ? Date.parse(value) : value
  return typeof time === 'number' && Number.isFinite(time)
    ? time
    : reject(path, value, 'milliseconds since 1970, a Date or an ISO date')
}

const KEY_FIELDS = {
  accessKey: text(),
  secretKey: secret,
  securityToken: optional(secret),
  expiresAt: optional(moment)
}

/** Check of an access key. */
export const keyCheck: Check<CheckedKey> = shape(KEY_FIELDS)

/** An access key after the check; `expiresAt` in milliseconds. */
export type CheckedKey = Shaped<typeof KEY_FIELDS>

const DOCUMENTED_SKEW_MS = 15 * 60_000
const STYLES: readonly ('dis' | 'gateway')[] = ['dis', 'gateway']
const NO_KEYS: readonly CheckedKey[] = []
const NO_TOKENS: readonly string[] = []

const AUTH_FIELDS = {
  keys: withDefault(listOf(keyCheck), NO_KEYS),
  tokens: withDefault(listOf(secret), NO_TOKENS),
  style: withDefault(oneOf(STYLES), 'dis'),
  region: optional(text()),
  maxSkewMs: withDefault(positive, DOCUMENTED_SKEW_MS),
  lockAfterFailures: optional(integer(1))
}

/** Check of the auth options. */
export const authCheck: Check<CheckedAuth> = shape(AUTH_FIELDS)

/** Auth options after the check. */
export type CheckedAuth = Shaped<typeof AUTH_FIELDS>

const limitFields = shape({
  recordsPerSecond: optional(positive),
  bytesPerSecond: optional(positive),
  burstMs: optional(positive),
  requestBytes: optional(integer(1)),
  recordBytes: optional(integer(1))
})

/** Check of the limits option. */
export const limitsCheck: Check<LimitsOption> = (value, path) => {
  if (typeof value === 'boolean') return value
  return typeof value === 'object'
    ? limitFields(value, path)
    : reject(path, value, 'true, false or an object')
}
