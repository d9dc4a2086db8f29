/** The world as the commands see it, so that a test can be the world. */
import type { Readable, Writable } from 'node:stream'

/** Signals that end a command. */
export type StopSignal = 'SIGINT' | 'SIGTERM'

/** A writable that may be a terminal. */
export type TextOutput = Writable & {
  readonly isTTY?: boolean
  readonly columns?: number
  readonly rows?: number
}

/** What a command reads from, writes to, and is stopped by. */
export interface Io {
  readonly stdin: Readable & { readonly isTTY?: boolean; setRawMode?(mode: boolean): unknown }
  /** Data only. */
  readonly stdout: TextOutput
  /** Everything else. */
  readonly stderr: TextOutput
  /** Calls back at each signal; the returned function ends that. */
  onSignal(listener: (signal: StopSignal) => void): () => void
  /** Leaves at once, with nothing in order: the second signal. */
  exit(status: number): void
}

/** The real process. Its standard input is not touched before a command reads it. */
export function processIo(): Io {
  return {
    get stdin() {
      return process.stdin
    },
    stdout: process.stdout,
    stderr: process.stderr,
    onSignal(listener) {
      process.on('SIGINT', listener).on('SIGTERM', listener)
      return () => {
        process.off('SIGINT', listener).off('SIGTERM', listener)
      }
    },
    exit: (status) => process.exit(status)
  }
}
