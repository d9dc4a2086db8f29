/**
 * How connections are made → undici's agents. Certificates are always verified: NODE_TLS_REJECT_UNAUTHORIZED,
 * which many a container sets for something else, has no say here.
 */
import type { Socket } from 'node:net'
import * as tls from 'node:tls'
import { Agent, buildConnector, type Dispatcher, EnvHttpProxyAgent, Pool } from 'undici'
import type { Network } from './network.ts'

export interface ConnectionLimits {
  readonly maxConnections: number
  readonly requestTimeoutMs: number
  readonly maxAnswerBytes: number
}

const CONNECT_TIMEOUT_MS = 10_000

/** A pool of connections: through the proxies that the network names, else straight. */
export function createDispatcher(network: Network, limits: ConnectionLimits): Dispatcher {
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
  if (network.proxy === undefined) return new Agent({ ...options, connect: unrefConnector(connect) })
  const { forHttp, forHttps, except } = network.proxy
  // These connections keep the process alive while a request is on its way: at most for its timeout.
  return new EnvHttpProxyAgent({
    ...options,
    connect,
    requestTls: connect,
    proxyTls: connect,
    // The connection to the proxy itself has undici's five minutes by default: all requests would wait behind a
    // CONNECT that nobody answers, long after the proxy has come back.
    clientFactory: (proxy: URL, given: object) =>
      new Pool(proxy, { ...given, headersTimeout: connect.timeout, bodyTimeout: connect.timeout }),
    // Given even where empty, so that undici does not look into process.env by itself.
    httpProxy: forHttp,
    httpsProxy: forHttps,
    noProxy: except
  })
}

/** Connects as undici does, but to sockets that don't keep the process alive. undici refs those that are in use. */
function unrefConnector(options: buildConnector.BuildOptions): buildConnector.connector {
  const connect = buildConnector(options)
  return (target, done) => {
    connect(target, (...result) => {
      const [error, socket] = result
      // After an error there is no socket, whatever the types say.
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
 * Built once: 150 certificates take milliseconds to parse. The given ones are added to Node's, like those of
 * NODE_EXTRA_CA_CERTS, because the same connections also lead to services with a public certificate (IAM).
 */
function contextTrusting(ca: readonly string[]): tls.SecureContext {
  return tls.createSecureContext({ ca: [...trustedByNode(), ...ca] })
}

function trustedByNode(): readonly string[] {
  // Node 22.15 and newer also say what NODE_EXTRA_CA_CERTS and --use-system-ca add.
  if ('getCACertificates' in tls && typeof tls.getCACertificates === 'function') {
    const all: unknown = tls.getCACertificates('default')
    if (Array.isArray(all)) return all
  }
  return tls.rootCertificates
}
