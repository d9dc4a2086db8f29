import type { IncomingMessage } from 'node:http'
import { isIPv4, isIPv6 } from 'node:net'
import { type Check, reject } from './checks.ts'
import { Refusal } from './errors.ts'

/**
 * Keeps web pages out. A browser on this machine lets every page send requests to every port of it, and a page whose own
 * name is made to resolve to 127.0.0.1 (DNS rebinding) may read the answers too. Such a page cannot choose two things: the
 * Host header carries its name, and Origin and Sec-Fetch-Site say where it is from. No other client sends the latter two.
 *
 * An IP address as Host is let in: a page that was loaded from an address cannot make it point elsewhere.
 */
export class HostCheck {
  /** With a port only that port, without one any: ports are often mapped. */
  readonly #allowed: ReadonlySet<string>

  /** `host` is the address or name that the server listens on. */
  constructor(host: string, allowedHosts: readonly string[]) {
    this.#allowed = new Set([host, ...allowedHosts].map(normal))
  }

  /** Why the request is not taken; undefined if it is. */
  refusal(request: Pick<IncomingMessage, 'rawHeaders' | 'url'>): Refusal | undefined {
    const hosts = valuesOf(request.rawHeaders, 'host')
    const [given = ''] = hosts
    const host = readAuthority(given)
    if (hosts.length !== 1 || host === undefined || !this.#isAllowed(host)) {
      return this.#badHost(hosts.length === 0 ? 'missing' : hosts.map(quoted).join(' and '), given)
    }
    // A request line may name another host than the header (RFC 9112, 3.2.2).
    const [, target] = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(request.url ?? '') ?? []
    if (target !== undefined) {
      const other = readAuthority(target)
      if (other === undefined || !this.#isAllowed(other)) return this.#badHost(quoted(target), target)
    }
    return refuseForeign(request.rawHeaders, host)
  }

  #isAllowed({ name, port }: Authority): boolean {
    return (
      isIPv4(name) ||
      name.startsWith('[') ||
      /^([a-z0-9-]+\.)*localhost$/.test(name) ||
      this.#allowed.has(name) ||
      (port !== '' && this.#allowed.has(`${name}:${port}`))
    )
  }

  #badHost(got: string, name: string): Refusal {
    const allowed = ['localhost', 'IP addresses', ...[...this.#allowed].filter((own) => !isAddress(own))]
    const cure = readAuthority(name)?.name.slice(0, MAX_SHOWN) ?? 'NAME'
    return new Refusal(
      'dis',
      403,
      'LOCAL.HOST',
      `The Host header is ${got}; allowed: ${allowed.join(', ').slice(0, 4 * MAX_SHOWN)}. If this name is yours, start the local DIS with allowedHosts: ['${cure}'], or dis-logs local --allow-host ${cure}.`
    )
  }
}

/** A host and a port in the spelling in which they are compared; port "" if none is given. */
interface Authority {
  readonly name: string
  readonly port: string
}

const MAX_SHOWN = 100
const AUTHORITY = /^(\[[0-9a-f:.]{2,45}\]|[a-z0-9._-]{1,254})(?::(\d{1,5}))?$/

/** Check of an entry of the option `allowedHosts`. */
export const hostNameCheck: Check<string> = (value, path) => {
  const known = typeof value === 'string' ? readAuthority(value) : undefined
  if (known === undefined) return reject(path, value, 'a host name without a scheme, such as dis or dis:4870')
  return joined(known)
}

// Lower case, and without the dot that ends a full name. Other spellings of addresses (0x7f.1) are no addresses here.
function readAuthority(text: string): Authority | undefined {
  const [, name, port = ''] = AUTHORITY.exec(text.toLowerCase()) ?? []
  if (name === undefined || (name.startsWith('[') && !isIPv6(name.slice(1, -1)))) return undefined
  return { name: name.replace(/\.$/, ''), port }
}

const joined = ({ name, port }: Authority): string => (port === '' ? name : `${name}:${port}`)

function normal(host: string): string {
  const known = readAuthority(host)
  return known === undefined ? host.toLowerCase() : joined(known)
}

function isAddress(host: string): boolean {
  return isIPv4(host) || isIPv6(host) || host.startsWith('[')
}

function valuesOf(rawHeaders: readonly string[], wanted: string): string[] {
  return rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === wanted)
}

/** Quoted as JSON, so that a control character shows as what it is. */
function quoted(text: string): string {
  return JSON.stringify(text.slice(0, MAX_SHOWN))
}

// Pages of the same site, such as another port of localhost, are foreign too: anybody's code runs there.
const OWN_SITES: readonly string[] = ['same-origin', 'none']

function refuseForeign(rawHeaders: readonly string[], host: Authority): Refusal | undefined {
  const origin = valuesOf(rawHeaders, 'origin').find((given) => !isOwn(given, host))
  if (origin !== undefined) return foreign('Origin', origin, 'none, or this server itself')
  const site = valuesOf(rawHeaders, 'sec-fetch-site').find((given) => !OWN_SITES.includes(given))
  if (site !== undefined) return foreign('Sec-Fetch-Site', site, `none or ${OWN_SITES.join(', ')}`)
  // Asked by a browser before it lets a page of another origin do more; the answer is no, to all of them.
  const [preflight] = valuesOf(rawHeaders, 'access-control-request-method')
  return preflight === undefined ? undefined : foreign('Access-Control-Request-Method', preflight, 'none')
}

function isOwn(origin: string, host: Authority): boolean {
  const [, scheme, authority = ''] = /^(https?):\/\/([^/]+)$/.exec(origin) ?? []
  const from = readAuthority(authority)
  if (from === undefined) return false
  const port = scheme === 'https' ? '443' : '80'
  return from.name === host.name && (from.port || port) === (host.port || port)
}

function foreign(header: string, got: string, allowed: string): Refusal {
  return new Refusal(
    'dis',
    403,
    'LOCAL.ORIGIN',
    `The ${header} header is ${quoted(got)}; allowed: ${allowed}. A web page cannot use the local DIS: it could read and delete what other programs store. Send the request from a program instead.`
  )
}
