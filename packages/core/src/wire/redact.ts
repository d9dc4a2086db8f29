/**
 * reply → the same reply without the secrets of its request. A gateway may quote what it was sent, and cut it anywhere, so this
 * happens to the raw bytes, before anything is cut or parsed. Pure.
 */
import { isUtf8 } from 'node:buffer'
import type { WireReply } from './message.ts'
import { type Pieces, piecesOfAll } from './pieces.ts'
import { plainViewOf } from './plain-view.ts'

/** Of an answer that is an error, all that is looked at: its code and message stand at its beginning. */
const MAX_ERROR_BYTES = 65_536
/**
 * Of a success that may quote a secret. An answer about 500 records or 1,000 partitions has a third of that; looking through 4 MB
 * took 2 s and 270 MB, for each attempt.
 */
const MAX_SUCCESS_BYTES = 524_288

const OPENING_BRACE = 0x7b
/** No Protobuf answer begins with such a byte, but the marks of UTF-8 and UTF-16 do. */
const BYTE_ORDER_MARKS = 0xef
const ESCAPES = ['\\', '%', '&'] as const

/**
 * Blanks the secrets in the body, the headers and the message of a reply, with as many `*` as bytes. A body that is encoded or no
 * text is replaced by a description: nobody can say what it quotes.
 */
export function redactReply(reply: WireReply, secrets: readonly string[]): WireReply {
  const known = piecesOfAll(secrets)
  if (reply.kind === 'failure') {
    return { ...reply, code: redactString(reply.code, known), message: redactString(reply.message, known) }
  }
  const { headers, status } = reply
  const clean: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    clean[name] = isSuccess(status) && isClean(Buffer.from(value), known) ? value : redactString(value, known)
  }
  return { ...reply, headers: clean, body: redactBody(reply.body, status, headers, known) }
}

/** Whether no secret stands in one of the texts as it was sent. For texts of a success. */
export function quotesNothing(texts: readonly string[], secrets: readonly string[]): boolean {
  const known = piecesOfAll(secrets)
  return texts.every((text) => isClean(Buffer.from(text), known))
}

/** The text with `*` in place of each character of a secret. */
export function redactText(text: string, secrets: readonly string[]): string {
  return redactString(text, piecesOfAll(secrets))
}

function redactString(text: string, known: readonly Pieces[]): string {
  if (known.length === 0) return text
  const bytes = Buffer.from(text)
  const redacted = redactBytes(bytes, known)
  return redacted === bytes ? text : redacted.toString('utf8')
}

function redactBody(
  body: Buffer,
  status: number,
  headers: Readonly<Record<string, string>>,
  known: readonly Pieces[]
): Buffer {
  const encoding = headers['content-encoding']?.trim().toLowerCase() ?? ''
  if (encoding !== '' && encoding !== 'identity') {
    const name = /^[a-z0-9-]{1,16}$/.test(encoding) ? encoding : 'encoded'
    return Buffer.from(`(${name}, ${body.length} bytes)`)
  }
  if (isSuccess(status)) {
    if (isOwnFormat(body) && isClean(body, known)) return body
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

/** Whether it looks like JSON or Protobuf, and not like UTF-16, which has a NUL between two letters. */
function isOwnFormat(body: Buffer): boolean {
  const first = body[0] ?? 0
  return first === OPENING_BRACE ? !body.includes(0) : first > 127 && first < BYTE_ORDER_MARKS
}

/** Whether no secret is quoted there as it was sent. What has escapes in it has to be looked at. */
function isClean(said: Buffer, known: readonly Pieces[]): boolean {
  return !ESCAPES.some((mark) => said.includes(mark)) && !known.some((pieces) => pieces.areIn(said))
}

/** The same buffer if there is nothing to blank. */
function redactBytes(bytes: Buffer, known: readonly Pieces[]): Buffer {
  if (known.length === 0) return bytes
  const view = plainViewOf(bytes.toString('latin1'))
  let redacted: Buffer | undefined
  for (const pieces of known) {
    for (const [from, to] of pieces.placesIn(view)) {
      redacted ??= Buffer.from(bytes)
      redacted.fill('*', view.starts[from], view.ends[to - 1])
    }
  }
  return redacted ?? bytes
}
