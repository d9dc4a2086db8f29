/**
 * Lines in a stream of text. Newlines alone cannot separate them, because a formatted message may hold some. There are two frames:
 *
 * - `length:line`, for any line;
 * - `*lines,length:text`, a run: each line of the text ends with a newline, and none holds another one. So no line of it has to be
 *   looked at by itself, here and in the queue behind.
 *
 * Lengths count UTF-16 units, whose number survives UTF-8: a lone surrogate becomes one other unit.
 */

const RUN = '*'
const COLON = 0x3a
const COMMA = 0x2c
const STAR = 0x2a
const ZERO = 0x30

/** A run of lines as bytes. `text` holds `lines` of them; see {@link isRun}. */
export function runFrame(text: string, lines: number): Buffer {
  return frame(`${RUN}${lines},${text.length}:`, text)
}

export function lineFrame(line: string): Buffer {
  return frame(`${line.length}:`, line)
}

/** One encoding and no copy: a header in front of a text would make a new text of both. */
function frame(header: string, text: string): Buffer {
  const bytes = Buffer.allocUnsafeSlow(header.length + Buffer.byteLength(text))
  bytes.write(header, 'latin1')
  bytes.write(text, header.length, 'utf8')
  return bytes
}

/** Whether a text whose lines end with a newline has just so many, and comes out as it is where `\r\n` ends a line, too. */
export function isRun(text: string, lines: number): boolean {
  let count = 0
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++
  return count === lines && !text.includes('\r\n')
}

export interface FrameTaker {
  line(line: string): void
  /** Each line of the text ends with a newline. */
  run(text: string, lines: number): void
}

/** Takes frames out of text again. The text may arrive in any pieces. */
export class FrameReader {
  readonly #taker: FrameTaker
  #text = ''

  constructor(taker: FrameTaker) {
    this.#taker = taker
  }

  /** Adds text, and hands on what is complete. */
  push(text: string): void {
    const all = this.#text === '' ? text : this.#text + text
    let at = 0
    let lines = 0
    let number = 0
    for (let next = 0; next < all.length; next++) {
      const unit = all.charCodeAt(next)
      if (unit === STAR) continue
      if (unit === COMMA) {
        lines = number
        number = 0
      } else if (unit !== COLON) {
        number = number * 10 + unit - ZERO
      } else {
        const end = next + 1 + number
        if (end > all.length) break
        const body = all.slice(next + 1, end)
        if (lines > 0) this.#taker.run(body, lines)
        else this.#taker.line(body)
        at = end
        next = end - 1
        lines = 0
        number = 0
      }
    }
    this.#text = all.slice(at)
  }
}
