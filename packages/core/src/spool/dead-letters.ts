/**
 * The file of lines that DIS refused for good. It is NDJSON, one object per line, so any tool can read it and `dis-logs replay`
 * can send it again.
 *
 * Bounded by: `maxBytes` of the file. At the bound: later lines are counted but not written, and a warning says so. At close:
 * writes the buffer.
 */
import { statSync } from 'node:fs'
import sonicBoom, { type SonicBoom } from 'sonic-boom'
import type { Clock } from '../clock.ts'
import type { DeadLetter } from '../record/dead-letter.ts'

const FILE_MODE = 0o600

export class DeadLetters {
  readonly #file: SonicBoom
  readonly #maxBytes: number
  readonly #clock: Pick<Clock, 'now'>
  readonly #failed: (error: unknown) => void
  #bytes: number
  #isFull = false
  /** Lines written so far. */
  count = 0

  /** @throws the file system's error if the file cannot be opened */
  constructor(path: string, maxBytes: number, clock: Pick<Clock, 'now'>, failed: (error: unknown) => void) {
    this.#clock = clock
    this.#maxBytes = maxBytes
    this.#failed = failed
    // Synchronous, because letters are few. A mistake shows at construction, and a letter is safe when `write` returns.
    this.#file = new sonicBoom.SonicBoom({
      dest: path,
      append: true,
      mkdir: true,
      sync: true,
      mode: FILE_MODE
    })
    this.#file.on('error', failed)
    this.#bytes = statSync(path).size
  }

  /** Appends a line with the reason. False if it was not written. */
  write({ code, message, attempts, route, line }: DeadLetter): boolean {
    const bytes = Buffer.from(line.buffer, line.byteOffset, line.byteLength)
    const text = bytes.toString('utf8')
    const letter = JSON.stringify({
      time: new Date(this.#clock.now()).toISOString(),
      code,
      message,
      attempts,
      ...route,
      // As text only if the bytes are UTF-8, because a replay must send the same bytes.
      ...(Buffer.byteLength(text) === bytes.length && Buffer.from(text).equals(bytes)
        ? { line: text }
        : { lineBase64: bytes.toString('base64') })
    })
    const size = Buffer.byteLength(letter) + 1
    if (this.#bytes + size > this.#maxBytes) {
      if (!this.#isFull)
        this.#failed(new Error(`the file has reached deadLetter.maxBytes (${this.#maxBytes})`))
      this.#isFull = true
      return false
    }
    this.#bytes += size
    try {
      this.#file.write(`${letter}\n`)
    } catch (error) {
      this.#failed(error)
      return false
    }
    this.count++
    return true
  }

  close(): void {
    try {
      this.#file.end()
    } catch (error) {
      this.#failed(error)
    }
  }
}
