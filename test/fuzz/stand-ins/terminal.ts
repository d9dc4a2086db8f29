/** The world of a command: an input, two terminals whose text is kept, and a user who stops it. */
import { Readable, Writable } from 'node:stream'
import type { Io, StopSignal } from '../../../packages/cli/src/io.ts'

class Screen extends Writable {
  readonly isTTY = true
  text = ''

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString('utf8')
    done()
  }
}

export class Terminal implements Io {
  readonly stdin: Readable
  readonly stdout = new Screen()
  readonly stderr = new Screen()
  readonly #listeners = new Set<(signal: StopSignal) => void>()
  #signals = 0

  constructor(input: Buffer) {
    this.stdin = Readable.from([input])
  }

  onSignal(listener: (signal: StopSignal) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  exit(status: number): void {
    throw new Error(`it had to be stopped twice (${status})`)
  }

  /** Ctrl-C, once. */
  stop(): void {
    if (this.#signals++ === 0) for (const listener of this.#listeners) listener('SIGINT')
  }

  /** Stops `running`, after so long if `isBusy` says nothing else. */
  async stopAfter<T>(running: Promise<T>, ms: number, isBusy: () => boolean = () => false): Promise<T> {
    const timer = setInterval(() => {
      if (!isBusy()) this.stop()
    }, ms)
    return running.finally(() => clearInterval(timer))
  }

  get text(): string {
    return this.stdout.text + this.stderr.text
  }
}

/** The first character that may move a cursor, change a colour or turn a text around; `undefined` if there is none. */
export function firstControl(text: string): string | undefined {
  const [found] = /(?!\n)[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u.exec(withoutProgress(text)) ?? []
  return found === undefined
    ? undefined
    : `U+${(found.codePointAt(0) ?? 0).toString(16).padStart(4, '0').toUpperCase()}`
}

/** Without what a line of progress is redrawn with: our own, in exactly this spelling. */
function withoutProgress(text: string): string {
  return text
    .replaceAll('\u001b[?7h\u001b[1A\r', '')
    .replaceAll('\u001b[?7l', '')
    .replaceAll('\r\u001b[J', '')
    .replaceAll('\u001b[J', '')
}
