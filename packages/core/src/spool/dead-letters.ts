/**
 * The file of lines that DIS refused for good. It is NDJSON, one object per line, so any tool can read it and `dis-logs replay`
 * can send it again.
 *
 * Bounded by: `maxBytes` of the file. At the bound: later lines are counted but not written, and a warning says so. At close:
 * nothing is left to write.
 */
import type { Clock } from '../clock.ts'
import type { DeadLetter } from '../record/dead-letter.ts'
import { MachineLetterFile } from './letter-file.ts'

/** What an operator should know about the file. */
export interface DeadLetterListener {
  /** A line could not be written. */
  failed(error: unknown): void
  /** Others have a hand in the file, in words that follow its path. */
  exposed(what: string): void
}

/** The file that letters are appended to. Each method throws the file system's error. */
export interface LetterFile {
  /** Its size now. */
  readonly bytes: number
  /** Appends the text and a newline, which are safe when the call returns. */
  append(text: string): void
  close(): void
}

/** Makes the file if it is missing. @throws an error that says why the file cannot be opened */
export type OpenLetterFile = (path: string, exposed: DeadLetterListener['exposed']) => LetterFile

const openMachineFile: OpenLetterFile = (path, exposed) => new MachineLetterFile(path, exposed)

export class DeadLetters {
  readonly #file: LetterFile
  readonly #maxBytes: number
  readonly #clock: Pick<Clock, 'now'>
  readonly #listener: DeadLetterListener
  #isFull = false
  /** Lines written so far. */
  count = 0

  /** @throws an error that says why the file cannot be opened */
  constructor(
    path: string,
    maxBytes: number,
    clock: Pick<Clock, 'now'>,
    listener: DeadLetterListener,
    open: OpenLetterFile = openMachineFile
  ) {
    this.#clock = clock
    this.#maxBytes = maxBytes
    this.#listener = listener
    this.#file = open(path, (what) => listener.exposed(what))
  }

  /** Appends a line with the reason; it is in the file when this returns true. False if it was not written. */
  write(letter: DeadLetter): boolean {
    const text = this.#textOf(letter)
    try {
      // One newline behind it, and perhaps one in front of it.
      const wasFull = this.#isFull
      this.#isFull = this.#file.bytes + Buffer.byteLength(text) + 2 > this.#maxBytes
      if (this.#isFull) {
        if (wasFull) return false
        throw new Error(`the file has reached deadLetter.maxBytes (${this.#maxBytes})`)
      }
      this.#file.append(text)
      this.count++
      return true
    } catch (error) {
      this.#listener.failed(error)
      return false
    }
  }

  close(): void {
    try {
      this.#file.close()
    } catch (error) {
      this.#listener.failed(error)
    }
  }

  #textOf({ code, message, attempts, route, line }: DeadLetter): string {
    const bytes = Buffer.from(line.buffer, line.byteOffset, line.byteLength)
    const text = bytes.toString('utf8')
    return JSON.stringify({
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
  }
}
