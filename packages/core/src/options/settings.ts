import { resolve } from 'node:path'
import { chooseCredentials, type ResolvedCredentials } from '../auth/choice.ts'
import type { CredentialSettings } from '../auth/credentials.ts'
import type { SigningScheme } from '../auth/identity.ts'
import { type ConfigFault, DisConfigError, invalidOption } from '../errors.ts'
import { DEFAULT_DEAD_LETTER_BYTES } from '../limits.ts'
import { isLoopback } from '../net/address.ts'
import { parseEndpoint } from '../net/endpoint.ts'
import { type Network, resolveNetwork } from '../net/network.ts'
import type { OverflowPolicy } from '../queue/buffer-limit.ts'
import type { Routing } from '../record/route.ts'
import type { WireChoice } from '../wire/form.ts'
import type { DisOptions } from './options.ts'
import { type CheckedOptions, checkOptions } from './options-schema.ts'
import { type Found, findValue, type VariableOption } from './origins.ts'
import { faultOf, findChecked, withOrigin } from './variables.ts'

/** The stream that records go to. */
export interface Target {
  /** `https://host[:port]`, without a default port and without a trailing slash. */
  readonly origin: string
  /** `host[:port]` as it stands in the Host header. */
  readonly host: string
  /** Region for scoped signing; `''` if unknown (not needed by the `sdk` scheme). */
  readonly region: string
  /** `''` if it has to be found with the first request. */
  readonly projectId: string
  readonly streamName: string
  readonly streamId: string | undefined
}

/** Checked options: frozen and complete. No decision is left. */
export interface Settings {
  readonly target: Target
  readonly credentials: CredentialSettings
  readonly signing: SigningScheme
  readonly routing: Routing
  /** Bytes a record is filled up to; 0: one line a record. */
  readonly aggregateBytes: number
  readonly newlines: 'keep' | 'escape'
  readonly lineId: boolean
  readonly ordered: boolean
  readonly batch: { readonly maxRecords: number; readonly maxBytes: number; readonly lingerMs: number }
  readonly maxConcurrency: number
  readonly retry: {
    readonly baseMs: number
    readonly maxMs: number
    readonly maxAttempts: number
    readonly maxAgeMs: number | null
    readonly probeIntervalMs: number
  }
  readonly requestTimeoutMs: number
  readonly closeTimeoutMs: number
  readonly oversize: 'truncate' | 'reject'
  readonly buffer: { readonly maxBytes: number; readonly onFull: OverflowPolicy }
  readonly spool:
    | {
        readonly dir: string
        readonly mode: 'overflow' | 'always'
        readonly maxBytes: number
        readonly fsync: 'interval' | 'always' | 'never'
      }
    | undefined
  readonly deadLetter: { readonly path: string; readonly maxBytes: number } | undefined
  readonly wire: WireChoice
  readonly network: Network
  /** 0: no stats events. */
  readonly statsIntervalMs: number
}

export type Environment = Readonly<Record<string, string | undefined>>

/**
 * Checks options and adds the values of the environment. Starts nothing.
 * @throws DisConfigError for the first group of problems
 */
export function resolveSettings(options: DisOptions | undefined, env: Environment): Settings {
  const checked = checkOptions(options)
  const aggregate = checked.aggregate
  const network = resolveNetwork(checked.http, env)
  const address = resolveAddress(checked, env)
  const credentials = chooseCredentials(checked.credentials, { ...address, env })
  const target = resolveTarget(checked, env, address, credentials)
  const { projectId, region } = target
  return Object.freeze({
    target: Object.freeze(target),
    credentials: Object.freeze({
      choice: credentials.choice,
      from: credentials.from,
      projectId,
      region,
      iamOrigin: resolveIam(address, credentials, env),
      network
    }),
    signing: checked.signing,
    routing: Object.freeze(resolveRouting(checked)),
    aggregateBytes: aggregate === false ? 0 : aggregate === true ? 50_000 : aggregate.maxBytes,
    newlines: checked.newlines,
    lineId: checked.lineId,
    ordered: checked.ordered,
    batch: Object.freeze(checked.batch),
    maxConcurrency: checked.concurrency.max,
    retry: Object.freeze(checked.retry),
    requestTimeoutMs: checked.requestTimeoutMs,
    closeTimeoutMs: checked.closeTimeoutMs,
    oversize: checked.oversize,
    buffer: Object.freeze({ maxBytes: checked.buffer.maxBytes, onFull: resolveOnFull(checked) }),
    spool:
      checked.spool === undefined
        ? undefined
        : Object.freeze({ ...checked.spool, dir: resolve(checked.spool.dir) }),
    deadLetter: resolveDeadLetter(checked),
    wire: Object.freeze(checked.wire),
    network,
    statsIntervalMs: checked.stats?.intervalMs ?? 0
  })
}

/** Where DIS is, with the facts that the choice of credentials needs. */
export interface Address {
  readonly url: URL
  /** `''`: unknown. */
  readonly region: string
  readonly projectId: string | undefined
  readonly allowInsecure: boolean
  readonly isLocal: boolean
}

/** @throws DisConfigError if neither options nor environment say it */
export function resolveAddress(options: CheckedOptions, env: Environment): Address {
  const region = findChecked('region', options.region, env)
  const given = findValue('endpoint', options.endpoint, env)
  if (given === undefined && region === undefined) {
    throw invalidOption(
      'endpoint',
      'nothing',
      'set {region|endpoint|DIS_REGION|HUAWEICLOUD_SDK_REGION|DIS_ENDPOINT} (a region as in cn-north-4)'
    )
  }
  const { allowInsecure } = options.http
  const { value, from } = given ?? { value: `https://dis.${region}.myhuaweicloud.com`, from: 'region' }
  const url = withOrigin(from, () => parseEndpoint('endpoint', value, allowInsecure))
  return {
    url,
    region: region ?? /^dis\.([a-z0-9-]+)\./.exec(url.hostname)?.[1] ?? '',
    projectId: findValue('projectId', options.projectId, env)?.value,
    allowInsecure,
    isLocal: isLoopback(url.hostname)
  }
}

/** @throws DisConfigError that names every option that is missing or not allowed */
export function resolveTarget(
  options: CheckedOptions,
  env: Environment,
  address: Address,
  credentials: ResolvedCredentials
): Target {
  const { region, url } = address
  const faults: ConfigFault[] = []
  const checked = (option: VariableOption, found: Found | undefined) => {
    const fault = found && faultOf(option, found)
    if (fault !== undefined) faults.push(fault)
    return found?.value
  }
  const projectId =
    checked('projectId', findValue('projectId', options.projectId, env) ?? projectFrom(credentials)) ?? ''
  const streamId = checked('streamId', findValue('streamId', options.streamId, env))
  const streamName = checked('streamName', findValue('streamName', options.streamName, env)) ?? ''
  const need = (option: string, cure: string) => faults.push({ option, given: 'nothing', cure })
  if (projectId === '' && !canFindProject(address, credentials, env)) {
    need(
      'projectId',
      'set {projectId|DIS_PROJECT_ID|HUAWEICLOUD_SDK_PROJECT_ID} (with access keys and a region, IAM is asked for it)'
    )
  }
  if (streamName === '' && streamId === undefined) {
    need('streamName', 'set {streamName|DIS_STREAM_NAME} (or {streamId} for a stream of another account)')
  }
  if (region === '' && options.signing !== 'sdk') {
    need('region', `{signing: '${options.signing}'} signs the region: set {region|DIS_REGION}`)
  }
  if (faults.length > 0) throw new DisConfigError(faults)
  return { origin: url.origin, host: url.host, region, projectId, streamName, streamId }
}

function projectFrom({ from, projectId }: ResolvedCredentials): Found | undefined {
  return projectId === undefined ? undefined : { value: projectId, from }
}

/** Whether IAM can tell the project. A fixed token cannot list projects, a login gives its own project, and a local DIS has no IAM. */
function canFindProject(
  { isLocal, region }: Address,
  { choice, iamEndpoint }: ResolvedCredentials,
  env: Environment
): boolean {
  if (choice.kind === 'iam') return true
  if (choice.kind === 'fixed' && 'token' in choice.credentials) return false
  const hasIam = iamEndpoint !== undefined || Boolean(env[IAM_ENDPOINT])
  return region !== '' && (hasIam || !isLocal)
}

const IAM_ENDPOINT = 'HUAWEICLOUD_SDK_IAM_ENDPOINT'

/** The address of IAM: the given one, else the one next to DIS (for partner clouds with their own domains), else the one of the region. */
function resolveIam(
  { allowInsecure, region, url }: Address,
  { iamEndpoint }: ResolvedCredentials,
  env: Environment
): string {
  if (iamEndpoint !== undefined)
    return parseEndpoint(iamEndpoint.option, iamEndpoint.value, allowInsecure).origin
  const given = env[IAM_ENDPOINT]
  if (given) return parseEndpoint(IAM_ENDPOINT, given, allowInsecure).origin
  if (url.hostname.startsWith('dis.')) return `https://iam.${url.hostname.slice('dis.'.length)}`
  return region === '' ? 'https://iam.myhuaweicloud.com' : `https://iam.${region}.myhuaweicloud.com`
}

/** Without `buffer.onFull`, lines that do not fit go to a spool in overflow mode. */
function resolveOnFull({ buffer, spool }: CheckedOptions): OverflowPolicy {
  if (buffer.onFull === 'spool' && spool === undefined) {
    throw invalidOption(
      'buffer.onFull',
      "'spool'",
      "set {spool.dir} too, or choose 'block', 'dropOldest' or 'dropNewest'"
    )
  }
  return buffer.onFull ?? (spool?.mode === 'overflow' ? 'spool' : 'block')
}

function resolveDeadLetter({ deadLetter }: CheckedOptions): Settings['deadLetter'] {
  if (deadLetter === undefined) return undefined
  const { path, maxBytes } =
    typeof deadLetter === 'string' ? { path: deadLetter, maxBytes: DEFAULT_DEAD_LETTER_BYTES } : deadLetter
  return Object.freeze({ path: resolve(path), maxBytes })
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
