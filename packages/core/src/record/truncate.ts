/**
 * Cuts a line that is above the record limit. The cut is at a character boundary and marked, and a JSON object stays valid
 * JSON. So readers of the log can still parse it.
 *
 * Such lines are rare, so the code is plain rather than fast. Its time is linear in the line. Its memory is the result, and a
 * few bytes per open bracket.
 */
import { Buffer } from 'node:buffer'

const QUOTE = 0x22
const COMMA = 0x2c
const COLON = 0x3a
const OPEN_BRACKET = 0x5b
const BACKSLASH = 0x5c
const CLOSE_BRACKET = 0x5d
const SMALL_U = 0x75
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d

const ELLIPSIS = '…'
const ELLIPSIS_BYTES = 3

/** The smallest limit with room for the marks. The longest mark takes some 50 bytes. */
const SMALLEST = 128

/**
 * Cuts a longer line to at most `maxBytes` bytes (128 or more).
 *
 * A JSON object keeps its beginning. A cut string ends with `…`, open brackets are closed, and the root gets the last member
 * `"dis_truncated":{"originalBytes":…}`. Space before the object is dropped. Other text ends with `…[truncated, … bytes]`.
 * Bytes that are not UTF-8 stay as they are.
 *
 * @throws RangeError if `maxBytes` is below 128, which is a bug of the caller
 */
export function truncateLine(line: Buffer, maxBytes: number): Buffer {
  if (maxBytes < SMALLEST) throw new RangeError(`maxBytes is ${maxBytes}; it must be ${SMALLEST} or more`)
  return truncateObject(line, maxBytes) ?? truncateText(line, maxBytes)
}

function truncateText(line: Buffer, maxBytes: number): Buffer {
  const mark = Buffer.from(`${ELLIPSIS}[truncated, ${line.length} bytes]`)
  return Buffer.concat([line.subarray(0, characterStart(line, maxBytes - mark.length)), mark])
}

function truncateObject(line: Buffer, maxBytes: number): Buffer | undefined {
  const object = line.subarray(skipSpace(line, 0))
  const mark = `"dis_truncated":{"originalBytes":${line.length}}}`
  const cut = findCut(object, maxBytes - mark.length - 1)
  if (cut === undefined) return undefined
  const brackets = cut.open.map((code) => (code === OPEN_BRACE ? CLOSE_BRACE : CLOSE_BRACKET)).reverse()
  return Buffer.concat([
    object.subarray(0, cut.at),
    Buffer.from(cut.insideString ? `${ELLIPSIS}"` : ''),
    Buffer.from(brackets),
    // Directly behind the root's brace there is no member, so the mark needs no comma.
    Buffer.from(cut.at === 1 ? mark : `,${mark}`)
  ])
}

/** A place where a JSON object can be cut, with the brackets to close there. */
interface Cut {
  readonly at: number
  readonly insideString: boolean
  /** Opening brackets without the root's, outermost first. */
  readonly open: readonly number[]
}

/** What may come next. The `first…` ones follow an opening bracket, so a closing bracket may come, too. */
type Expected = 'firstKey' | 'key' | 'colon' | 'firstValue' | 'value' | 'commaOrEnd'

/**
 * The last place to cut: the text up to it, with its closing brackets, takes at most `budget` bytes. `undefined` if the
 * text so far is not the beginning of a JSON object.
 */
function findCut(text: Buffer, budget: number): Cut | undefined {
  if (text[0] !== OPEN_BRACE) return undefined
  // All cuts share one array, because copies would take quadratic time. That is safe: `at + open.length` never falls, so the
  // first step that does not fit ends the search, and every earlier change of `open` came with a new cut.
  const open: number[] = []
  let inObject = true
  let expected: Expected = 'firstKey'
  let cut: Cut = { at: 1, insideString: false, open }

  for (let at = skipSpace(text, 1); at + open.length < budget; at = skipSpace(text, at)) {
    const room = budget - open.length
    const code = text[at]
    const wantsKey: boolean = expected === 'key' || expected === 'firstKey'
    const wantsValue: boolean = expected === 'value' || expected === 'firstValue'
    switch (code) {
      case QUOTE: {
        if (!wantsKey && !wantsValue) return undefined
        const string = scanString(text, at, room)
        if (string === undefined) return undefined
        if (wantsValue && string.cut > 0) cut = { at: string.cut, insideString: true, open }
        if (string.end === 0) return cut
        at = string.end
        if (wantsValue) cut = { at, insideString: false, open }
        expected = wantsKey ? 'colon' : 'commaOrEnd'
        break
      }
      case COLON:
        if (expected !== 'colon') return undefined
        expected = 'value'
        at++
        break
      case COMMA:
        if (expected !== 'commaOrEnd') return undefined
        expected = inObject ? 'key' : 'value'
        at++
        break
      case OPEN_BRACE:
      case OPEN_BRACKET:
        if (!wantsValue) return undefined
        at++
        if (at + 1 > room) return cut
        open.push(code)
        inObject = code === OPEN_BRACE
        expected = inObject ? 'firstKey' : 'firstValue'
        cut = { at, insideString: false, open }
        break
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        if (expected !== 'commaOrEnd' && expected !== (inObject ? 'firstKey' : 'firstValue')) return undefined
        if (inObject !== (code === CLOSE_BRACE)) return undefined
        at++
        // The root is closed. If only space follows, the object is whole, and only space is cut.
        if (open.length === 0) return skipSpace(text, at) === text.length ? cut : undefined
        open.pop()
        inObject = open.length === 0 || open.at(-1) === OPEN_BRACE
        expected = 'commaOrEnd'
        cut = { at, insideString: false, open }
        break
      default:
        if (!wantsValue) return undefined
        at = endOfLiteral(text, at)
        if (at === 0) return undefined
        if (at > room) return cut
        expected = 'commaOrEnd'
        cut = { at, insideString: false, open }
    }
  }
  return cut
}

/**
 * Reads the string that opens at `at`, up to index `limit`. `undefined` if it is not valid JSON. `end`: the index after its
 * closing quote, 0 if it does not end by `limit`. `cut`: the last place in it where `…"` still fits, 0 if there is none.
 */
function scanString(text: Buffer, at: number, limit: number): { cut: number; end: number } | undefined {
  const lastCut = limit - ELLIPSIS_BYTES - 1
  let cut = 0
  let position = at + 1
  while (position < limit) {
    const code = text[position] ?? 0
    if (code < 0x20) return undefined
    // A character outside the basic plane may be written as two escapes. No cut between them.
    if (position <= lastCut && !isLowSurrogate(text, position)) cut = position
    if (code === QUOTE) return { cut, end: position + 1 }
    if (code === BACKSLASH) {
      if (!/^\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/.test(text.toString('latin1', position, position + 6)))
        return undefined
      position += text[position + 1] === SMALL_U ? 6 : 2
    } else position = nextCharacter(text, position)
  }
  return { cut, end: 0 }
}

/** Whether there is an escape from `\uDC00` to `\uDFFF`, which belongs to the escape before it. */
function isLowSurrogate(text: Buffer, at: number): boolean {
  return text[at] === BACKSLASH && /^\\u[dD][c-fC-F]/.test(text.toString('latin1', at, at + 4))
}

function nextCharacter(text: Buffer, at: number): number {
  let next = at + 1
  while (next < text.length && isContinuation(text[next])) next++
  return next
}

/** The last character boundary at or before `at`. */
function characterStart(text: Buffer, at: number): number {
  let start = at
  // A UTF-8 sequence has at most three continuation bytes.
  for (let back = 0; back < 3 && start > 0 && isContinuation(text[start]); back++) start--
  return start
}

function isContinuation(code: number | undefined): boolean {
  return code !== undefined && (code & 0xc0) === 0x80
}

/** The index after the number, `true`, `false` or `null` at `at`; 0 if there is none, or if the text ends with it. */
function endOfLiteral(text: Buffer, at: number): number {
  let end = at
  while (end < text.length && isLiteral(text[end] ?? 0)) end++
  const literal = text.toString('latin1', at, end)
  const complete = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?)$/.test(literal)
  return complete && end < text.length ? end : 0
}

/** Whether a code is a digit, a lower-case letter, `E`, `+`, `-` or `.`. */
function isLiteral(code: number): boolean {
  return (
    (code >= 0x30 && code <= 0x39) ||
    (code >= 0x61 && code <= 0x7a) ||
    code === 0x45 ||
    code === 0x2b ||
    code === 0x2d ||
    code === 0x2e
  )
}

function skipSpace(text: Buffer, at: number): number {
  let next = at
  while (isSpace(text[next])) next++
  return next
}

function isSpace(code: number | undefined): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d
}
