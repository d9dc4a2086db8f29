import type { StopSignal } from './io.ts'

/** Exit statuses; the same in every command. */
export const STATUS = {
  ok: 0,
  /** Something was lost, or could not be done. */
  failed: 1,
  /** The command line or the configuration is wrong; nothing was started. */
  usage: 2
} satisfies Readonly<Record<string, number>>

/** 128 + the number of the signal, as shells have it. */
export const SIGNAL_STATUS: Readonly<Record<StopSignal, number>> = { SIGINT: 130, SIGTERM: 143 }

/** A command line that cannot work. Its message is one line and says what is allowed. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** A command that cannot go on. Its message is for the user. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
}
