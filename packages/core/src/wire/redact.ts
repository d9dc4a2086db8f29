/**
 * reply → the same reply without the secrets of its request. A gateway may quote what it was sent, and cut it anywhere, so this
 * happens to the raw bytes, before anything is cut or parsed. Pure.
 */
import { isUtf8 } from 'node:buffer'
import type { WireReply } from './message.ts'
import { plainViewOf } from './plain-view.ts'

/**
 * A piece of a secret of so many characters is found wherever the quote was cut. Shorter ones are not worth a guess: 12 characters
 * of a key with 40 leave more than 160 bits.
 */
export const PIECE = 12
/** Shorter ones are no secrets, and their letters stand in every text. IAM's passwords have six characters at least. */
const SHORTEST = 6
/** Of an answer that is an error, all that is looked at: its code and message stand at its beginning. */
const MAX_ERROR_BYTES = 65_536
/**
 * Of a success that may quote a secret. An answer about 500 records or 1,000 partitions has a third of that; looking through 4 MB
 * took 2 s and 270 MB, for each attempt.
 */
const MAX_SUCCESS_BYTES = 524_288

const OPENING_BRACE = 0x7b
const ESCAPES = ['\\', '%', '&'] as const

/**
 * Blanks the secrets in the body, the headers and the message of a reply, with as many `*` as bytes. A body that is encoded or no
 * text is replaced by a description: nobody can say what it quotes.
 */
export function redactReply(reply: WireReply, secrets: readonly string[]): WireReply {
  if (reply.kind === 'failure') {
    return { ...reply, code: redactText(reply.code, secrets), message: redactText(reply.message, secrets) }
  }
  const { headers, status } = reply
  const clean: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    clean[name] = isSuccess(status) && isClean(value, secrets) ? value : redactText(value, secrets)
  }
  return { ...reply, headers: clean, body: redactBody(reply.body, status, headers, secrets) }
}

/** The text with `*` in place of each character of a secret. */
export function redactText(text: string, secrets: readonly string[]): string {
  const known = secrets.filter((secret) => secret.length >= SHORTEST)
  if (known.length === 0 || text.length < SHORTEST) return text
  const bytes = Buffer.from(text)
  const redacted = redactBytes(bytes, known)
  return redacted === bytes ? text : redacted.toString('utf8')
}

function redactBody(
  body: Buffer,
  status: number,
  headers: Readonly<Record<string, string>>,
  secrets: readonly string[]
): Buffer {
  const encoding = headers['content-encoding']?.trim().toLowerCase() ?? ''
  if (encoding !== '' && encoding !== 'identity') {
    const name = /^[a-z0-9-]{1,16}$/.test(encoding) ? encoding : 'encoded'
    return Buffer.from(`(${name}, ${body.length} bytes)`)
  }
  const known = secrets.filter((secret) => secret.length >= SHORTEST)
  if (isSuccess(status)) {
    const isOwnFormat = body[0] === OPENING_BRACE || (body[0] ?? 0) > 127
    if (isOwnFormat && isClean(body, known)) return body
    if (body.length > MAX_SUCCESS_BYTES) return Buffer.from(`(${body.length} bytes)`)
    return redactBytes(body, known)
  }
  const shown = body.subarray(0, MAX_ERROR_BYTES)
  if (!isUtf8(shown) && shown.length === body.length) return Buffer.from(`(${body.length} bytes, not UTF-8)`)
  return redactBytes(shown, known)
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300
}

/**
 * Whether no secret is quoted there, by a native search for its beginning and its end: a success costs nothing more. What has
 * escapes in it has to be looked at.
 */
function isClean(said: Buffer | string, secrets: readonly string[]): boolean {
  if (ESCAPES.some((mark) => said.includes(mark))) return false
  return secrets.every(
    (secret) =>
      secret.length < SHORTEST ||
      !(said.includes(secret.slice(0, PIECE)) || said.includes(secret.slice(-PIECE)))
  )
}

/** The same buffer if there is nothing to blank. */
function redactBytes(bytes: Buffer, secrets: readonly string[]): Buffer {
  if (secrets.length === 0) return bytes
  const { text, starts, ends } = plainViewOf(bytes.toString('latin1'))
  let redacted: Buffer | undefined
  for (const secret of secrets) {
    const plain = plainViewOf(Buffer.from(secret).toString('latin1')).text
    for (const [from, to] of piecesIn(text, plain)) {
      redacted ??= Buffer.from(bytes)
      redacted.fill('*', starts[from], ends[to - 1])
    }
  }
  return redacted ?? bytes
}

/** Where pieces of the secret stand in the text. */
function* piecesIn(text: string, secret: string): Generator<readonly [from: number, to: number]> {
  const length = Math.min(PIECE, secret.length)
  if (length === 0) return
  const pieces = new Set<string>()
  // The first two bytes of each piece: hardly any other place has them, so hardly any is cut out to be looked up.
  const beginnings = new Uint8Array(65_536)
  for (let at = 0; at + length <= secret.length; at++) {
    pieces.add(secret.slice(at, at + length))
    beginnings[pairAt(secret, at)] = 1
  }
  for (let at = 0; at + length <= text.length; at++) {
    if (beginnings[pairAt(text, at)] === 0 || !pieces.has(text.slice(at, at + length))) continue
    let to = at + length
    while (to < text.length && pieces.has(text.slice(to - length + 1, to + 1))) to++
    yield [at, to]
    at = to - 1
  }
}

/** Two bytes of a Latin-1 text as a number. */
function pairAt(text: string, at: number): number {
  return text.charCodeAt(at) * 256 + text.charCodeAt(at + 1)
}
