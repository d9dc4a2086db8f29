/** Is there a way to the endpoint: its name, a secure connection, an answer, and a clock that agrees? */
import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { type ConfigValue, cureOf, type EndpointProbe } from '@dis-logs/core'
import { type Check, failed, passed, skipped } from './check.ts'

/** Requests that were signed longer ago, or later, are refused. API gateway reference. */
const MAX_SKEW_MS = 15 * 60_000
/** The Date header has whole seconds, and the way takes its time. */
const IN_STEP_MS = 2_000

export function checkClock(probe: EndpointProbe): Check {
  const name = 'clock'
  if (probe.kind === 'failure') return skipped(name, 'the endpoint gives no answer to compare with')
  const { clockAheadMs } = probe
  if (clockAheadMs === undefined) return skipped(name, 'the answer has no Date header')
  const off = Math.abs(clockAheadMs)
  if (off < IN_STEP_MS) return passed(name, 'in step with the server')
  const detail = `${span(off)} ${clockAheadMs > 0 ? 'behind' : 'ahead of'} the server`
  if (off <= MAX_SKEW_MS) return passed(name, `${detail}; up to 15 minutes are allowed`)
  return failed(
    name,
    detail,
    'set the clock of this machine (NTP): requests more than 15 minutes off are refused'
  )
}

/** A proxy resolves names by itself, so behind one it is no failure if this machine cannot. */
export async function checkDns(origin: string, values: readonly ConfigValue[]): Promise<Check> {
  const name = 'dns'
  const host = new URL(origin).hostname.replace(/^\[|\]$/g, '')
  if (isIP(host) !== 0) return skipped(name, `${host} is an address`)
  try {
    const found = await lookup(host, { all: true })
    return passed(name, `${host} is ${found.map(({ address }) => address).join(', ')}`)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'no answer'
    const isProxied = values.some(({ option }) => option === 'http.proxy')
    if (isProxied) return skipped(name, `${host} is not known here (${code}); that is for the proxy to know`)
    return failed(name, `${host} cannot be resolved (${code})`, cureOf('NETWORK_DNS'))
  }
}

/** Certificates are always verified, so an answer over https is proof enough. */
export function checkTls(origin: string, probe: EndpointProbe): Check {
  const name = 'tls'
  const { host, hostname, protocol } = new URL(origin)
  if (protocol === 'http:') return skipped(name, `plain http to ${hostname}`)
  if (probe.kind === 'answer') return passed(name, `the certificate of ${host} is verified`)
  if (probe.code === 'NETWORK_TLS') return failed(name, probe.message, probe.cure)
  return skipped(name, 'there is no connection')
}

/** Any answer will do here: whether it is one of DIS is seen by the first signed request. */
export function checkEndpoint(origin: string, probe: EndpointProbe, before: readonly Check[]): Check {
  const name = 'endpoint'
  if (probe.kind === 'answer') return passed(name, `${origin} answers in ${probe.durationMs} ms`)
  const broken = before.find(({ ok }) => ok === false)
  if (broken !== undefined) return skipped(name, `${broken.name} failed`)
  return failed(name, `${probe.code}: ${probe.message}`, probe.cure)
}

const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1]
] satisfies readonly (readonly [string, number])[]

/** The largest unit that is at least two, so that it says enough: `90 minutes`, `3 seconds`. */
function span(ms: number): string {
  const seconds = Math.round(ms / 1_000)
  const [unit, size] = UNITS.find(([, each]) => seconds >= 2 * each) ?? ['second', 1]
  return `${Math.round(seconds / size)} ${unit}s`
}
