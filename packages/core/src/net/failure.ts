/**
 * An error of a request → a stable code and a sentence. Node's own code stays in the sentence, in brackets. A mistake in a
 * program is no error of the network: its code is BUG, and its message says where it was made.
 */
import type { NoAnswerCode, WarningCode } from '../report/codes.ts'
import type { WireReply } from '../wire/message.ts'
import { withoutLogins } from './address.ts'

type Failure = Extract<WireReply, { kind: 'failure' }>

/** Ends a request that takes too long. */
export class DeadlineError extends Error {
  readonly code = 'REQUEST_TIMEOUT'
  constructor(ms: number) {
    super(`no complete answer within ${ms} ms`)
  }
}

interface Kind {
  readonly code: NoAnswerCode
  readonly of: RegExp
  readonly sentence: (host: string) => string
  /** Whether the request may have arrived. */
  readonly ambiguous: boolean
}

// The first match wins. The names of certificate failures are OpenSSL's X509_V_ERR_ names without that prefix.
const KINDS: readonly Kind[] = [
  {
    code: 'NETWORK_PROXY',
    of: /^PROXY_REFUSED$/,
    sentence: (host) => `the proxy does not connect to ${host}`,
    ambiguous: false
  },
  {
    code: 'NETWORK_DNS',
    of: /^(ENOTFOUND|EAI_\w+|ENODATA|ESERVFAIL)$/,
    sentence: (host) => `the name ${host} (or that of its proxy) cannot be resolved`,
    ambiguous: false
  },
  {
    code: 'NETWORK_REFUSED',
    of: /^ECONNREFUSED$/,
    sentence: (host) => `${host} (or its proxy) refuses connections`,
    ambiguous: false
  },
  {
    code: 'NETWORK_UNREACHABLE',
    of: /^(EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN|EADDRNOTAVAIL)$/,
    sentence: (host) => `there is no way to ${host}`,
    ambiguous: false
  },
  {
    code: 'NETWORK_TLS',
    of: /CERT|^ERR_(TLS|SSL)_|^UNABLE_TO_|^EPROTO$|^UND_ERR_PRX_TLS$|^HOSTNAME_MISMATCH$|^INVALID_(CA|PURPOSE)$/,
    sentence: (host) => `no secure connection to ${host}`,
    ambiguous: false
  },
  {
    code: 'NETWORK_TIMEOUT',
    of: /^(UND_ERR_CONNECT_TIMEOUT|ETIMEDOUT)$/,
    sentence: (host) => `${host} does not answer`,
    ambiguous: false
  },
  {
    code: 'NETWORK_TIMEOUT',
    of: /^(REQUEST_TIMEOUT|UND_ERR_HEADERS_TIMEOUT|UND_ERR_BODY_TIMEOUT)$/,
    sentence: (host) => `${host} takes too long to answer`,
    ambiguous: true
  },
  {
    code: 'NETWORK_RESET',
    of: /^(ECONNRESET|EPIPE|ECONNABORTED|UND_ERR_SOCKET)$/,
    sentence: (host) => `${host} broke the connection`,
    ambiguous: true
  }
]

/**
 * Of a message. Some quote the other side: a certificate may hold a name of 90,000 letters, and looking for a login in it stopped
 * everything for 10 s.
 */
const MAX_MESSAGE = 1_000
/** Of a stack. */
const MAX_STACK = 4_000

/** Codes of Node and undici for calls that no code should make. Their errors are of several classes. */
const MISUSE = /^(UND_ERR_(INVALID_ARG|INVALID_RETURN_VALUE|NOT_SUPPORTED)|ERR_ASSERTION)$/
/** What the engine throws, and Node for wrong arguments. The network throws none of them, but fetch wraps its errors in a TypeError. */
const MISTAKES = [TypeError, ReferenceError, RangeError, SyntaxError]

/** A failure as a value. `origin`: the address of the request. */
export function toFailure(error: unknown, origin: string): Failure {
  const { code, message, root } = rootOf(error)
  const host = new URL(origin).host
  const kind = KINDS.find(({ of }) => of.test(code))
  if (kind === undefined && (MISUSE.test(code) || MISTAKES.some((mistake) => root instanceof mistake))) {
    const bug: WarningCode = 'BUG'
    const place = root instanceof Error ? (root.stack ?? message) : message
    return { kind: 'failure', code: bug, message: withoutLogins(upTo(MAX_STACK, place)), ambiguous: true }
  }
  const reason = withoutLogins(upTo(MAX_MESSAGE, openSslReason(message)))
  if (kind === undefined) return { kind: 'failure', code, message: `${host}: ${reason}`, ambiguous: true }
  return {
    kind: 'failure',
    code: kind.code,
    message: `${kind.sentence(host)}: ${reason} (${code})`,
    ambiguous: kind.ambiguous
  }
}

/** The innermost error with a code: undici and happy-eyeballs wrap it. */
function rootOf(error: unknown): { readonly code: string; readonly message: string; readonly root: unknown } {
  const unknown: NoAnswerCode = 'NETWORK'
  let code: string = unknown
  let message = String(error)
  let root = error
  for (let depth = 0, at: unknown = error; depth < 5 && at instanceof Error; depth++) {
    root = at
    message = at.message || message
    if ('code' in at && typeof at.code === 'string') code = at.code
    at = at instanceof AggregateError ? at.errors[0] : at.cause
  }
  // undici has no code for a CONNECT that the proxy refuses.
  if (/^Proxy response \(\d+\)/.test(message))
    return { code: 'PROXY_REFUSED', message: proxyAnswer(message), root }
  return { code, message, root }
}

function upTo(characters: number, text: string): string {
  return text.length > characters ? `${text.slice(0, characters)}…` : text
}

/** `80…:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:../deps/…c:350:` → `wrong version number`. */
function openSslReason(message: string): string {
  return /^[0-9A-F]+:error:[0-9A-F]+:[^:]*:[^:]*:([^:]+):/.exec(message)?.[1] ?? message
}

function proxyAnswer(message: string): string {
  const status = /\((\d+)\)/.exec(message)?.[1] ?? ''
  return status === '407' ? 'it wants another user name or password, HTTP 407' : `it answered HTTP ${status}`
}
