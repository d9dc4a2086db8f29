import type { Credentials, SigningScheme } from './auth/identity.ts'
import { DisConfigError } from './errors.ts'
import { isLoopback } from './net/address.ts'
import { type Network, resolveNetwork } from './net/network.ts'
import type { DisOptions } from './options.ts'
import { type CheckedOptions, checkOptions, show } from './options-schema.ts'
import type { OverflowPolicy } from './queue/overflow.ts'
import type { Routing } from './record/route.ts'

/** Where records go, independent of how. */
export interface Target {
  /** `https://host[:port]`, without a default port and without a trailing slash. */
  readonly origin: string
  /** `host[:port]` as it stands in the Host header. */
  readonly host: string
  /** Region for scoped signing; `''` if unknown (not needed by the `sdk` scheme). */
  readonly region: string
  readonly projectId: string
  readonly streamName: string
  readonly streamId: string | undefined
}

/** Checked options: frozen, complete, without anything left to decide. */
export interface Settings {
  readonly target: Target
  readonly credentials: Credentials | (() => Credentials | Promise<Credentials>)
  readonly signing: SigningScheme
  readonly routing: Routing
  /** Bytes a record is filled up to; 0: one line a record. */
  readonly aggregateBytes: number
  readonly ordered: boolean
  readonly batch: { readonly maxRecords: number; readonly maxBytes: number; readonly lingerMs: number }
  readonly maxConcurrency: number
  readonly retry: {
    readonly baseMs: number
    readonly maxMs: number
    readonly maxAttempts: number
    readonly maxAgeMs: number | null
  }
  readonly requestTimeoutMs: number
  readonly closeTimeoutMs: number
  readonly oversize: 'truncate' | 'reject'
  readonly buffer: { readonly maxBytes: number; readonly onFull: OverflowPolicy }
  readonly network: Network
  /** 0: no stats events. */
  readonly statsIntervalMs: number
}

export type Environment = Readonly<Record<string, string | undefined>>

/**
 * Checks options and fills in what the environment knows.
 * @throws DisConfigError for the first group of problems found; nothing has been started by then.
 */
export function resolveSettings(options: DisOptions | undefined, env: Environment): Settings {
  const checked = checkOptions(options)
  const aggregate = checked.aggregate
  return Object.freeze({
    target: Object.freeze(resolveTarget(checked, env)),
    credentials:
      checked.credentials === undefined ? credentialsFrom(env) : withoutUndefined(checked.credentials),
    signing: checked.signing,
    routing: Object.freeze(resolveRouting(checked)),
    aggregateBytes: aggregate === false ? 0 : aggregate === true ? 50_000 : aggregate.maxBytes,
    ordered: checked.ordered,
    batch: Object.freeze(checked.batch),
    maxConcurrency: checked.concurrency.max,
    retry: Object.freeze(checked.retry),
    requestTimeoutMs: checked.requestTimeoutMs,
    closeTimeoutMs: checked.closeTimeoutMs,
    oversize: checked.oversize,
    buffer: Object.freeze(checked.buffer),
    network: resolveNetwork(checked.http, env),
    statsIntervalMs: checked.stats?.intervalMs ?? 0
  })
}

function resolveTarget(options: CheckedOptions, env: Environment): Target {
  const region = options.region ?? env['DIS_REGION'] ?? env['HUAWEICLOUD_SDK_REGION']
  const given = options.endpoint ?? env['DIS_ENDPOINT']
  if (given === undefined && region === undefined) {
    throw problem(
      'endpoint',
      'nothing',
      'set region (as in cn-north-4), endpoint, or one of DIS_REGION, HUAWEICLOUD_SDK_REGION, DIS_ENDPOINT'
    )
  }
  const url = parseEndpoint(given ?? `https://dis.${region}.myhuaweicloud.com`, options.http.allowInsecure)
  const projectId = options.projectId ?? env['DIS_PROJECT_ID'] ?? env['HUAWEICLOUD_SDK_PROJECT_ID']
  if (!projectId) {
    throw problem('projectId', 'nothing', 'set projectId, DIS_PROJECT_ID or HUAWEICLOUD_SDK_PROJECT_ID')
  }
  const streamId = (options.streamId ?? env['DIS_STREAM_ID']) || undefined
  const streamName = options.streamName ?? env['DIS_STREAM_NAME'] ?? ''
  if (streamName === '' && streamId === undefined) {
    throw problem(
      'streamName',
      'nothing',
      'set streamName or DIS_STREAM_NAME (or streamId for a stream of another account)'
    )
  }
  const scope = region ?? /^dis\.([a-z0-9-]+)\./.exec(url.hostname)?.[1] ?? ''
  if (scope === '' && options.signing !== 'sdk') {
    throw problem(
      'region',
      'nothing',
      `signing '${options.signing}' signs the region: set region or DIS_REGION`
    )
  }
  return { origin: url.origin, host: url.host, region: scope, projectId, streamName, streamId }
}

function parseEndpoint(value: string, allowInsecure: boolean): URL {
  const given = show('endpoint', value)
  if (!/^https?:\/\//i.test(value))
    throw problem('endpoint', given, "write it with its scheme: 'https://host' or 'https://host:port'")
  if (!URL.canParse(value)) throw problem('endpoint', given, "allowed: 'https://host' or 'https://host:port'")
  const url = new URL(value)
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') {
    throw problem('endpoint', given, 'give it without a path: project and stream have options of their own')
  }
  if (url.username !== '' || url.password !== '') {
    throw problem('endpoint', given, 'give it without a user name: use the credentials option')
  }
  if (url.protocol === 'http:' && !allowInsecure && !isLoopback(url.hostname)) {
    throw problem(
      'endpoint',
      given,
      'plain http is for loopback addresses: use https, or set http.allowInsecure'
    )
  }
  return url
}

function credentialsFrom(env: Environment): Credentials {
  const token = env['DIS_TOKEN']
  if (token) return { token }
  const accessKey = env['HUAWEICLOUD_SDK_AK'] ?? env['CLOUD_SDK_AK']
  const secretKey = env['HUAWEICLOUD_SDK_SK'] ?? env['CLOUD_SDK_SK']
  const securityToken = env['HUAWEICLOUD_SDK_SECURITY_TOKEN']
  if (!accessKey || !secretKey) {
    const half = accessKey
      ? 'an access key without its secret key'
      : secretKey
        ? 'a secret key without its access key'
        : 'nothing'
    throw problem(
      'credentials',
      half,
      'set credentials, or HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK, or DIS_TOKEN'
    )
  }
  return { accessKey, secretKey, ...(securityToken ? { securityToken } : {}) }
}

/** The schema types an absent security token as `undefined`; the signer wants it absent. */
function withoutUndefined(credentials: NonNullable<CheckedOptions['credentials']>): Settings['credentials'] {
  if (typeof credentials === 'function' || 'token' in credentials) return credentials
  const { accessKey, secretKey, securityToken } = credentials
  return securityToken === undefined ? { accessKey, secretKey } : { accessKey, secretKey, securityToken }
}

function resolveRouting(options: CheckedOptions): Routing {
  if (options.partitionId !== undefined) return { kind: 'constant', partitionId: options.partitionId }
  if (options.explicitHashKey !== undefined)
    return { kind: 'constantHash', explicitHashKey: options.explicitHashKey }
  const key = options.partitionKey
  if (key === null) return { kind: 'spread' }
  if (typeof key === 'function') return { kind: 'function', keyOf: key }
  return { kind: 'field', paths: typeof key === 'string' ? [key] : key }
}

function problem(option: string, given: string, allowed: string): DisConfigError {
  return new DisConfigError([{ option, given, allowed }])
}
