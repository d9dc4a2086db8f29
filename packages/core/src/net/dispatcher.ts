/**
 * Network settings → undici's agents. Certificates are always verified. NODE_TLS_REJECT_UNAUTHORIZED is ignored, because
 * many containers set it for another purpose.
 *
 * undici is loaded by itself, after the start: its 110 files take 90 ms, twice as long as all the rest of a producer. Where lines only
 * pass through to a producer's thread, it is never loaded.
 */
import type { Socket } from 'node:net'
import * as tls from 'node:tls'
import type * as UndiciModule from 'undici/index.js'
import { followLinks } from '../file-stats.ts'
import { type Network, proxyFor } from './network.ts'

export interface Connections {
  /** `https://host[:port]`: the address of every request. */
  readonly origin: string
  readonly maxConnections: number
  readonly requestTimeoutMs: number
  readonly maxAnswerBytes: number
}

export type Undici = typeof UndiciModule

const CONNECT_TIMEOUT_MS = 10_000

let undici: Promise<Undici> | undefined

/** Loads undici. Rejects if it cannot be loaded; the next call tries again. */
export function loadUndici(): Promise<Undici> {
  if (undici !== undefined) return undici
  followLinks()
  // By the path of its file: Bun puts a stand-in, whose agents cannot send, in the place of the bare name. "eager": a bundle of
  // webpack stays one file.
  undici = import(/* webpackMode: "eager" */ 'undici/index.js').catch((error: unknown) => {
    undici = undefined
    throw error
  })
  return undici
}

/**
 * How to make a pool of connections to one address, through the proxies of the network if it has some for it.
 * @throws Error at once for certificates that cannot be used
 */
export function dispatcherFor(
  network: Network,
  limits: Connections
): (undici: Undici) => UndiciModule.Dispatcher {
  const connect = {
    timeout: Math.min(limits.requestTimeoutMs, CONNECT_TIMEOUT_MS),
    rejectUnauthorized: true,
    ...(network.ca.length === 0 ? {} : { secureContext: contextTrusting(network.ca) })
  }
  const options = {
    connections: limits.maxConnections,
    pipelining: 1,
    keepAliveTimeout: 30_000,
    headersTimeout: limits.requestTimeoutMs,
    bodyTimeout: limits.requestTimeoutMs,
    maxResponseSize: limits.maxAnswerBytes
  }
  const proxy = proxyFor(network, limits.origin)
  if (proxy === undefined) {
    return ({ Agent, buildConnector }) =>
      new Agent({ ...options, connect: unrefConnector(buildConnector(connect)) })
  }
  const { forHttp, forHttps, except } = proxy
  // These connections keep the process alive during a request, at most for its timeout.
  return ({ EnvHttpProxyAgent, Pool }) =>
    new EnvHttpProxyAgent({
      ...options,
      connect,
      requestTls: connect,
      proxyTls: connect,
      // undici's default for the connection to the proxy is five minutes. If the proxy does not answer a CONNECT, all requests
      // would wait behind it, long after the proxy has come back.
      clientFactory: (address: URL, given: object) =>
        new Pool(address, { ...given, headersTimeout: connect.timeout, bodyTimeout: connect.timeout }),
      // Set even if empty: otherwise undici reads process.env.
      httpProxy: forHttp,
      httpsProxy: forHttps,
      noProxy: except
    })
}

/** Connects as undici does, but the sockets do not keep the process alive. undici would ref those in use. */
function unrefConnector(
  connect: UndiciModule.buildConnector.connector
): UndiciModule.buildConnector.connector {
  return (target, done) => {
    connect(target, (...result) => {
      const [error, socket] = result
      // After an error there is no socket, although the types say so.
      if (error === null) keepUnref(socket)
      done(...result)
    })
  }
}

function keepUnref(socket: Socket): void {
  socket.unref()
  socket.ref = () => socket
}

/**
 * Built once, because 150 certificates take milliseconds to parse. The certificates are added to Node's, as those of
 * NODE_EXTRA_CA_CERTS are: the same connections also lead to services with a public certificate (IAM).
 */
function contextTrusting(ca: readonly string[]): tls.SecureContext {
  return tls.createSecureContext({ ca: [...trustedByNode(), ...ca] })
}

function trustedByNode(): readonly string[] {
  // From Node 22.15 on, this list also holds the certificates of NODE_EXTRA_CA_CERTS and --use-system-ca.
  if ('getCACertificates' in tls && typeof tls.getCACertificates === 'function') {
    const all: unknown = tls.getCACertificates('default')
    if (Array.isArray(all)) return all
  }
  return tls.rootCertificates
}
