import type { Io, StopSignal } from './io.ts'
import { SIGNAL_STATUS } from './status.ts'
import { eraseEcho } from './terminal/status-line.ts'

/** The wish of the user to stop. */
export interface Stop {
  /** Aborted at the first signal. */
  readonly signal: AbortSignal
  /** The exit status that the signal asks for; `undefined` before it came. */
  readonly status: number | undefined
  /** Called before a second signal ends the process at once, to leave a terminal in order. */
  beforeExit(listener: () => void): void
  /** Ends listening. */
  release(): void
}

/** The first SIGINT or SIGTERM asks to stop in order; the second one exits at once. */
export function stopOnSignals(io: Io): Stop {
  const controller = new AbortController()
  const beforeExit: (() => void)[] = []
  let first: StopSignal | undefined
  const release = io.onSignal((signal) => {
    if (first !== undefined) {
      for (const listener of beforeExit) listener()
      return io.exit(SIGNAL_STATUS[signal])
    }
    first = signal
    eraseEcho(io.stderr)
    controller.abort()
  })
  return {
    signal: controller.signal,
    get status() {
      return first === undefined ? undefined : SIGNAL_STATUS[first]
    },
    beforeExit: (listener) => void beforeExit.push(listener),
    release
  }
}
