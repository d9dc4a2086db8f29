import type { CommandHelp } from './help.ts'
import type { Io } from './io.ts'

/** A verb of the command line. Loaded when it is called. */
export interface Command {
  readonly help: CommandHelp
  /** @returns the exit status */
  run(args: readonly string[], io: Io): Promise<number>
}
