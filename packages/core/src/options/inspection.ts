/**
 * A configuration as a producer would use it, to find out why it does not work: the origin of each value, every problem, and
 * whether the endpoint answers. Holds no secret.
 */

import { chooseCredentials, type ResolvedCredentials } from '../auth/choice.ts'
import { systemClock } from '../clock.ts'
import { type ConfigProblem, DisConfigError } from '../errors.ts'
import { withoutLogin } from '../net/address.ts'
import { HttpTransport } from '../net/http.ts'
import { DIRECT, type Network, proxyFor, resolveNetwork } from '../net/network.ts'
import type { NoAnswerCode } from '../report/codes.ts'
import { cureOf } from '../report/diagnoses.ts'
import { redactReply } from '../wire/redact.ts'
import type { DisOptions } from './options.ts'
import { type CheckedOptions, checkOptions } from './options-schema.ts'
import { type Found, findValue, type VariableOption } from './origins.ts'
import { type Address, type Environment, resolveAddress, resolveSettings, resolveTarget } from './settings.ts'

/** A value that a producer would use. */
export interface ConfigValue {
  readonly option: VariableOption | 'signing' | 'http.proxy'
  readonly value: string
  /** `'options'`, the name of an environment variable, the option or file that it follows from, or `'default'`. */
  readonly from: string
}

/** The result of one unsigned request to the endpoint. */
export type EndpointProbe =
  | {
      readonly kind: 'answer'
      readonly status: number
      readonly durationMs: number
      /** How far the server's clock is ahead of this one, to half a second; undefined if the Date header is missing. */
      readonly clockAheadMs: number | undefined
    }
  | {
      readonly kind: 'failure'
      readonly code: string
      readonly message: string
      /** What to do about it. Options stand in it in braces; `renderCure` turns it into prose. */
      readonly cure: string
    }

/** The result of {@link inspectConfiguration}. */
export interface Inspection {
  /** The values, the most important first. A value that is not set is left out. */
  readonly values: readonly ConfigValue[]
  /** Every problem; a constructor stops at the first group of them. If there are none, a constructor does not throw. */
  readonly problems: readonly ConfigProblem[]
  /** `https://host[:port]`; undefined if neither options nor environment give it. */
  readonly origin: string | undefined
  /** Sends `GET /` to the endpoint, through the configured proxy and without credentials. Never rejects; `signal` gives it up. */
  probeEndpoint(timeoutMs: number, signal?: AbortSignal): Promise<EndpointProbe>
}

/** Inspects options and environment. Starts nothing, throws nothing, and sends nothing before {@link Inspection.probeEndpoint}. */
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
  // Without an address, the other options are still checked.
  const context = address ?? NOWHERE
  const credentials = checked && attempt(() => chooseCredentials(checked.credentials, { ...context, env }))
  if (checked) attempt(() => resolveTarget(checked, env, context, credentials ?? UNKNOWN))
  // The remaining checks need all of the above.
  if (problems.length === 0) attempt(() => resolveSettings(options, env))
  return {
    values:
      checked === undefined
        ? []
        : valuesOf(checked, env, { address, credentials, network }, options.signing !== undefined),
    problems,
    origin: address?.url.origin,
    probeEndpoint: (timeoutMs, signal) => probeEndpoint(address, network ?? DIRECT, timeoutMs, signal)
  }
}

const NOWHERE: Address = {
  url: new URL('https://dis.invalid'),
  region: '',
  projectId: undefined,
  allowInsecure: false,
  isLocal: false
}

// Stands in for unusable credentials, which might have given the project.
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
      : [{ ...given, option, value: option === 'endpoint' ? withoutLogin(given.value) : given.value }]
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
    ...proxyOf(address, network)
  ]
}

/** The proxy for the endpoint. NO_PROXY may still exclude the host: undici decides that for each connection. */
function proxyOf(address?: Address, network?: Network): ConfigValue[] {
  if (address === undefined || network === undefined) return []
  const { origin, protocol } = address.url
  const proxy = proxyFor(network, origin)
  const value = withoutLogin((protocol === 'http:' ? proxy?.forHttp : proxy?.forHttps) ?? '')
  if (proxy === undefined || value === '') return []
  return [{ option: 'http.proxy', value, from: proxy.isFromVariables ? 'the proxy variables' : 'options' }]
}

async function probeEndpoint(
  address: Address | undefined,
  network: Network,
  requestTimeoutMs: number,
  signal: AbortSignal | undefined
): Promise<EndpointProbe> {
  if (address === undefined) return failure('NETWORK' satisfies NoAnswerCode, 'no endpoint is known')
  const { origin } = address.url
  const transport = new HttpTransport({ origin, maxConnections: 1, requestTimeoutMs, network })
  // Connections don't keep the process alive, but the caller waits for the answer.
  const release = systemClock.keepAlive()
  const startedAt = systemClock.monotonic()
  const giveUp = () => void transport.close()
  signal?.addEventListener('abort', giveUp)
  try {
    const raw = await transport.send({ method: 'GET', path: '/', headers: {}, body: null })
    const reply = redactReply(raw, network.secrets)
    if (reply.kind === 'failure') return failure(reply.code, reply.message)
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
    signal?.removeEventListener('abort', giveUp)
    release()
    await transport.close()
  }
}

function failure(code: string, message: string): EndpointProbe {
  return { kind: 'failure', code, message, cure: cureOf(code, { status: 0 }) }
}
