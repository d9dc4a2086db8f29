/**
 * The `http` options and the proxy variables → network settings. It finds every mistake in them at construction, and reads
 * certificate files once.
 */
import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { invalidOption } from '../errors.ts'
import { isNear, withoutLogin } from './address.ts'

/** How connections are made. It may hold the password of a proxy, so it is never printed. */
export interface Network {
  /** Certificates (PEM) that are trusted besides Node's. */
  readonly ca: readonly string[]
  readonly proxy: ProxySettings | undefined
  /** The login of the proxies, as somebody who quotes a request to them spells it. */
  readonly secrets: readonly string[]
}

/** Proxies by the scheme of the called address; `''`: none. */
export interface ProxySettings {
  readonly forHttp: string
  readonly forHttps: string
  /** Hosts without a proxy, in the form of NO_PROXY. */
  readonly except: string
  /** True if the variables name it and not the option. It is then never used for this machine: see {@link proxyFor}. */
  readonly isFromVariables: boolean
}

/** Connections without a proxy, with Node's certificates. */
export const DIRECT: Network = { ca: [], proxy: undefined, secrets: [] }

interface HttpOption {
  readonly ca?: string | readonly string[] | undefined
  readonly proxy?: string | undefined
}

type Environment = Readonly<Record<string, string | undefined>>

/**
 * The option beats the variables. NO_PROXY belongs to the variables, so it has no effect on a proxy in the options.
 * @throws DisConfigError for a proxy that is no URL and for certificates that cannot be read
 */
export function resolveNetwork(http: HttpOption, env: Environment): Network {
  const ca = readCertificates(http.ca)
  const proxy = proxyFrom(http.proxy, env)
  return Object.freeze({
    ca: ca.length === 0 ? ca : [...ca, ...extraOfNode(env)],
    proxy,
    secrets: proxy === undefined ? [] : [...new Set([proxy.forHttp, proxy.forHttps].flatMap(loginsIn))]
  })
}

/**
 * The password, and the whole login in base64, as the header of a request to the proxy has it. A user name without a password
 * is a key.
 */
function loginsIn(proxy: string): string[] {
  const { username, password } = proxy === '' ? { username: '', password: '' } : new URL(proxy)
  if (username === '' && password === '') return []
  const [user, secret] = [decodeURIComponent(username), decodeURIComponent(password)]
  return [secret || user, Buffer.from(`${user}:${secret}`).toString('base64')]
}

function proxyFrom(option: string | undefined, env: Environment): ProxySettings | undefined {
  if (option !== undefined) {
    const proxy = checkProxy(option, withoutLogin(option))
    return { forHttp: proxy, forHttps: proxy, except: '', isFromVariables: false }
  }
  // Lower case beats upper case, as in curl and others.
  const http = variable(env, 'http_proxy')
  const https = variable(env, 'https_proxy')
  if (http === undefined && https === undefined) return undefined
  const except = (env['no_proxy'] ?? env['NO_PROXY'] ?? '').trim()
  if (except === '*') return undefined
  return {
    forHttp: http ?? '',
    // The same fallback as in undici and in Node's NODE_USE_ENV_PROXY.
    forHttps: https ?? http ?? '',
    except,
    isFromVariables: true
  }
}

/**
 * The proxies for requests to one address. Those of the variables are never used for this machine and its own link. They are
 * set for a whole machine, and plain http to a loopback address would go over the network in clear. Go makes the same
 * exception for loopback addresses. A proxy in the options is meant for this endpoint, so it is used.
 */
export function proxyFor({ proxy }: Network, origin: string): ProxySettings | undefined {
  return proxy?.isFromVariables && isNear(new URL(origin).hostname) ? undefined : proxy
}

function variable(env: Environment, name: string): string | undefined {
  const found = env[name] ? name : name.toUpperCase()
  const value = env[found]
  if (!value) return undefined
  // Users often write these variables without a scheme.
  return checkProxy(value.includes('://') ? value : `http://${value}`, `${withoutLogin(value)} from ${found}`)
}

function checkProxy(value: string, given: string): string {
  const url = URL.canParse(value) ? new URL(value) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.hostname === '') {
    throw invalidOption(
      'http.proxy',
      given,
      "allowed: 'http://host:port' or 'https://host:port', perhaps with user:password@"
    )
  }
  if (!isDecodable(`${url.username}:${url.password}`)) {
    throw invalidOption('http.proxy', given, 'write a % in its user name or password as %25')
  }
  return url.href
}

/** A lone % is none of a URL's escapes. undici would throw at it, without a word about the option. */
function isDecodable(login: string): boolean {
  try {
    decodeURIComponent(login)
    return true
  } catch {
    return false
  }
}

function readCertificates(option: string | readonly string[] | undefined): readonly string[] {
  if (option === undefined) return []
  const list = typeof option === 'string' ? [option] : option
  return list.flatMap((entry) => {
    const isPem = entry.includes('-----BEGIN ')
    return certificatesOf(isPem ? entry : readPem(entry), isPem ? 'a PEM text' : `'${entry}'`)
  })
}

function readPem(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${error.code})` : ''
    throw invalidOption(
      'http.ca',
      `'${path}', which cannot be read${code}`,
      'give PEM text, or the path of a PEM file'
    )
  }
}

/** The certificates of NODE_EXTRA_CA_CERTS: a list of our own replaces Node's, which has them. A missing file is ignored, as Node does. */
function extraOfNode(env: Environment): readonly string[] {
  const path = env['NODE_EXTRA_CA_CERTS']
  if (!path) return []
  try {
    return certificatesOf(readFileSync(path, 'utf8'), path)
  } catch {
    return []
  }
}

function certificatesOf(pem: string, name: string): string[] {
  const found = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? []
  if (found.length === 0)
    throw invalidOption('http.ca', `${name} without a certificate`, 'allowed: certificates as PEM')
  for (const certificate of found) {
    try {
      new X509Certificate(certificate)
    } catch {
      throw invalidOption('http.ca', `${name} with a broken certificate`, 'allowed: certificates as PEM')
    }
  }
  return found
}
