/** A line as it arrives → as it was written: without its id (`lineId`), and with its newlines (`newlines: 'escape'`) again. */
import type { Line } from './history.ts'

const ID = /^\{"dis_id":"([\w-]{12}\.\d+)",?/
/** How a line begins whose newlines are escaped: docs/consumers.md. */
const ESCAPED = '\x1e\x1f'
/** Above this a line is cut, and marked. */
const MOST_BYTES = 1_048_576
/** The mark in a JSON object, and in other text. */
const CUT_OBJECT = /…"?,"dis_truncated":\{"originalBytes":(\d+)\}\}$/
const CUT_TEXT = /…\[truncated, (\d+) bytes\]$/

export interface Arrived {
  readonly id: string | undefined
  readonly written: string
  readonly isEscaped: boolean
  /** As it came. */
  readonly text: string
}

export function asWritten(text: string): Arrived {
  const isEscaped = text.startsWith(ESCAPED)
  const line = isEscaped ? withNewlines(text.slice(ESCAPED.length)) : text
  const [head, id] = ID.exec(line) ?? []
  return { id, written: head === undefined ? line : `{${line.slice(head.length)}`, isEscaped, text }
}

/** Whether it is that line, or what `oversize: 'truncate'` left of it. */
export function isThatLine(line: Line, arrived: Arrived): boolean {
  const { options } = line.life.slot
  const wantsEscape = options.newlines === 'escape' && line.text.includes('\n')
  if (arrived.isEscaped !== wantsEscape) return false
  return line.text === arrived.written || (options.oversize !== 'reject' && isBeginning(line, arrived))
}

/** Its beginning, at most a few characters short of the limit. */
function isBeginning(line: Line, { written, isEscaped, text }: Arrived): boolean {
  const mark = (isEscaped ? CUT_TEXT : CUT_OBJECT).exec(written)
  if (mark === null) return false
  const bytes = Buffer.byteLength(text)
  const isLongest = bytes <= MOST_BYTES && bytes > MOST_BYTES - 20
  const isItsSize =
    Number(mark[1]) > MOST_BYTES && (isEscaped || Number(mark[1]) === sizeOf(line, text, written))
  // A cut may go through the two characters of a newline.
  const kept = written.slice(0, mark.index)
  return isLongest && isItsSize && line.text.startsWith(isEscaped ? kept.replace(/\\$/, '') : kept)
}

/** An id is cut together with its line. */
function sizeOf(line: Line, text: string, written: string): number {
  return Buffer.byteLength(line.text) + text.length - written.length
}

function withNewlines(escaped: string): string {
  return escaped.replace(/\\(.)/g, (_, code: string) => (code === 'n' ? '\n' : code))
}
