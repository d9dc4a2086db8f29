/**
 * The end of the process, for producers that nobody has closed.
 *
 * `beforeExit` (nothing keeps the process alive any more): delivery goes on while there is progress within
 * `closeTimeoutMs`. `exit`
 * (`process.exit()`, an uncaught exception, or after the above): what is left goes to disk, synchronously. No
 * signal is ever handled here: those are the application's.
 *
 * One pair of listeners for all producers, and none while there is no producer.
 */

/** What a producer does at the end. */
export interface ExitListener {
  /** Delivers what it holds, within its own time; `undefined` if there is nothing, or was no progress since last time. */
  finish(): Promise<void> | undefined
  /** Saves what is left. Synchronous. */
  leave(): void
}

const leavers = new Set<ExitListener>()

function onBeforeExit(): void {
  for (const leaver of leavers) void leaver.finish()
}

function onExit(): void {
  for (const leaver of leavers) leaver.leave()
}

/** From now on the producer is asked at the end of the process; until the returned function is called. */
export function joinProcessExit(leaver: ExitListener): () => void {
  if (leavers.size === 0) process.on('beforeExit', onBeforeExit).on('exit', onExit)
  leavers.add(leaver)
  return () => {
    leavers.delete(leaver)
    if (leavers.size === 0) process.off('beforeExit', onBeforeExit).off('exit', onExit)
  }
}
