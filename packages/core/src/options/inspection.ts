/**
 * A configuration as it would be used, for whoever has to find out why it does not work: where each value
 * comes from, everything that is wrong with it, and whether somebody answers at the endpoint. Holds no secret.
 */

import { chooseCredentials, type ResolvedCredentials } from '../auth/choice.ts'
import { systemClock } from '../clock.ts'
import { type ConfigProblem, DisConfigError } from '../errors.ts'
import { withoutLogin } from '../net/address.ts'
import { HttpTransport } from '../net/http.ts'
import { DIRECT, type Network, resolveNetwork } from '../net/network.ts'
import type { NoAnswerCode } from '../report/codes.ts'
import type { DisOptions } from './options.ts'
import { type CheckedOptions, checkOptions } from './options-schema.ts'
import { type Found, findValue, type VariableOption } from './origins.ts'
import { type Address, type Environment, resolveAddress, resolveSettings, resolveTarget } from './settings.ts'

/** A value that is in force. */
export interface ConfigValue {
  readonly option: VariableOption | 'signing' | 'http.proxy'
  readonly value: string
  /** `'options'`, the name of an environment variable, the option or file it follows from, or `'default'`. */
  readonly from: string
}

/** What one unsigned request to the endpoint gave. */
export type EndpointProbe =
  | {
      readonly kind: 'answer'
      readonly status: number
      readonly durationMs: number
      /** How far the server's clock is ahead of this one, to half a second; undefined without a Date header. */
      readonly clockAheadMs: number | undefined
    }
  | { readonly kind: 'failure'; readonly code: string; readonly message: string }

/** What {@link inspectConfiguration} found. */
export interface Inspection {
  /** In the order in which people ask for them; what is not set is left out. */
  readonly values: readonly ConfigValue[]
  /** All that is wrong, where a constructor would stop at the first group. None: it would not throw. */
  readonly problems: readonly ConfigProblem[]
  /** `https://host[:port]`; undefined if nothing says where DIS is. */
  readonly origin: string | undefined
  /** Asks the endpoint for `/`, through the configured proxy, without credentials. Never rejects. */
  probeEndpoint(timeoutMs: number): Promise<EndpointProbe>
}

/** Looks at options and environment; starts nothing, throws nothing, and asks nobody before {@link Inspection.probeEndpoint}. */
export function inspectConfiguration(options: DisOptions = {}, env: Environment = process.env): Inspection {
  const problems: ConfigProblem[] = []
  const attempt = <T>(step: () => T): T | undefined => {
    try {
      return step()
    } catch (error) {
      if (!(error instanceof DisConfigError)) throw error
      problems.push(...error.problems)
      return undefined
    }
  }
  const checked = attempt(() => checkOptions(options))
  const network = checked && attempt(() => resolveNetwork(checked.http, env))
  const address = checked && attempt(() => resolveAddress(checked, env))
  // What does not depend on the address is looked at without one, too.
  const context = address ?? NOWHERE
  const credentials = checked && attempt(() => chooseCredentials(checked.credentials, { ...context, env }))
  if (checked) {
    const projectId = findValue('projectId', checked.projectId, env)?.value
    attempt(() => resolveTarget(checked, env, { ...context, projectId }, credentials ?? UNKNOWN))
  }
  // What is left, once nothing stands in its way.
  if (problems.length === 0) attempt(() => resolveSettings(options, env))
  return {
    values:
      checked === undefined
        ? []
        : valuesOf(checked, env, { address, credentials, network }, options.signing !== undefined),
    problems,
    origin: address?.url.origin,
    probeEndpoint: (timeoutMs) => probeEndpoint(address, network ?? DIRECT, timeoutMs)
  }
}

const NOWHERE: Address = {
  url: new URL('https://dis.invalid'),
  region: '',
  projectId: undefined,
  allowInsecure: false,
  isLocal: false
}

// Without credentials nobody knows whether they would have given the project.
const UNKNOWN: ResolvedCredentials = {
  choice: { kind: 'metadata', origin: '' },
  from: '',
  projectId: undefined,
  iamEndpoint: undefined
}

interface Resolved {
  readonly address: Address | undefined
  readonly credentials: ResolvedCredentials | undefined
  readonly network: Network | undefined
}

function valuesOf(
  checked: CheckedOptions,
  env: Environment,
  { address, credentials, network }: Resolved,
  isSigningGiven: boolean
): ConfigValue[] {
  const found = (option: VariableOption, follows?: Found): ConfigValue[] => {
    const given = findValue(option, checked[option], env) ?? follows
    return given === undefined || given.value === ''
      ? []
      : [{ ...given, option, value: withoutLogin(given.value) }]
  }
  return [
    ...found('streamName'),
    ...found('streamId'),
    ...found('endpoint', address && { value: address.url.origin, from: 'region' }),
    ...found('region', address && { value: address.region, from: 'endpoint' }),
    ...found(
      'projectId',
      credentials?.projectId ? { value: credentials.projectId, from: credentials.from } : undefined
    ),
    { option: 'signing', value: checked.signing, from: isSigningGiven ? 'options' : 'default' },
    ...proxyOf(checked, address, network)
  ]
}

/** NO_PROXY may still except the host: that is decided when a connection is made. */
function proxyOf({ http }: CheckedOptions, address?: Address, network?: Network): ConfigValue[] {
  const { forHttp, forHttps } = network?.proxy ?? { forHttp: '', forHttps: '' }
  const value = withoutLogin(address?.url.protocol === 'http:' ? forHttp : forHttps)
  const isGiven = http.proxy !== undefined
  // The variables never apply to this very machine.
  if (value === '' || (address?.isLocal === true && !isGiven)) return []
  return [{ option: 'http.proxy', value, from: isGiven ? 'options' : 'the proxy variables' }]
}

async function probeEndpoint(
  address: Address | undefined,
  network: Network,
  requestTimeoutMs: number
): Promise<EndpointProbe> {
  if (address === undefined)
    return { kind: 'failure', code: 'NETWORK' satisfies NoAnswerCode, message: 'no endpoint is known' }
  const { origin } = address.url
  const transport = new HttpTransport({ origin, maxConnections: 1, requestTimeoutMs, network })
  // Connections don't keep the process alive, but who knocks waits for the answer.
  const release = systemClock.keepAlive()
  const startedAt = systemClock.monotonic()
  try {
    const reply = await transport.send({ method: 'GET', path: '/', headers: {}, body: null })
    if (reply.kind === 'failure') return { kind: 'failure', code: reply.code, message: reply.message }
    const durationMs = Math.round(systemClock.monotonic() - startedAt)
    // The service cuts the time off to whole seconds, so half a second is added. It wrote the header about half way.
    const writtenAt = systemClock.now() - durationMs / 2
    const clockAheadMs = Date.parse(reply.headers['date'] ?? '') + 500 - writtenAt
    return {
      kind: 'answer',
      status: reply.status,
      durationMs,
      clockAheadMs: Number.isNaN(clockAheadMs) ? undefined : Math.round(clockAheadMs)
    }
  } finally {
    release()
    await transport.close()
  }
}
