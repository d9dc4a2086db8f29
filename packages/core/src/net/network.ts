/**
 * The `http` options and the proxy variables → how connections are made. Everything that can be wrong with
 * them is found here, at construction; certificate files are read once.
 */
import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { invalidOption } from '../errors.ts'
import { withoutLogin } from './address.ts'

/** How connections are made. Holds a proxy's password, so it is never printed. */
export interface Network {
  /** Certificates (PEM) that are trusted besides those that Node trusts. */
  readonly ca: readonly string[]
  readonly proxy: ProxySettings | undefined
}

/** Proxies by the scheme of the address that is called; `''`: none. */
export interface ProxySettings {
  readonly forHttp: string
  readonly forHttps: string
  /** As in NO_PROXY. */
  readonly except: string
}

/** Straight connections that trust what Node trusts. */
export const DIRECT: Network = { ca: [], proxy: undefined }

interface HttpOption {
  readonly ca?: string | readonly string[] | undefined
  readonly proxy?: string | undefined
}

type Environment = Readonly<Record<string, string | undefined>>

// The services on this machine are never behind a proxy; Go and others keep these two out of it as well.
const ALWAYS_DIRECT = 'localhost,127.0.0.1,[::1]'

/**
 * The option beats the variables. NO_PROXY belongs to the variables: who names a proxy in the options means it.
 * @throws DisConfigError for a proxy that is no URL and for certificates that cannot be read
 */
export function resolveNetwork(http: HttpOption, env: Environment): Network {
  const ca = readCertificates(http.ca)
  return Object.freeze({
    ca: ca.length === 0 ? ca : [...ca, ...extraOfNode(env)],
    proxy: proxyFrom(http.proxy, env)
  })
}

function proxyFrom(option: string | undefined, env: Environment): ProxySettings | undefined {
  if (option !== undefined) {
    const proxy = checkProxy(option, withoutLogin(option))
    return { forHttp: proxy, forHttps: proxy, except: '' }
  }
  // Lower case first, as everywhere else.
  const http = variable(env, 'http_proxy')
  const https = variable(env, 'https_proxy')
  if (http === undefined && https === undefined) return undefined
  const except = (env['no_proxy'] ?? env['NO_PROXY'] ?? '').trim()
  if (except === '*') return undefined
  return {
    forHttp: http ?? '',
    // As undici and Node's own NODE_USE_ENV_PROXY have it.
    forHttps: https ?? http ?? '',
    except: except === '' ? ALWAYS_DIRECT : `${except},${ALWAYS_DIRECT}`
  }
}

function variable(env: Environment, name: string): string | undefined {
  const found = env[name] ? name : name.toUpperCase()
  const value = env[found]
  if (!value) return undefined
  // These variables are often written without a scheme.
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
  return url.href
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

/** A list of our own replaces what Node took from this variable. Like Node, it does not mind a file that is not there. */
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
