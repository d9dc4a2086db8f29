/**
 * The end of the process, for producers that nobody has closed.
 *
 * `beforeExit` (nothing keeps the process alive any more): delivery goes on while there is progress within `closeTimeoutMs`.
 * `exit` (`process.exit()`, an uncaught exception, or after the above): what is left goes to disk, synchronously. No signal is
 * ever handled here: signals are the application's.
 *
 * `exit` has three steps, each for all producers before the next one: a writer who is let go may write to several of them, so none
 * may have ended; and threads end at the same time, not one after another.
 *
 * One pair of listeners for all producers, and none while there is no producer.
 */

/** What a producer does at the end. */
export interface ExitListener {
  /** Delivers what it holds, within its own time, and keeps the process alive meanwhile. Nothing if there was no progress. */
  onBeforeExit(): void
  /** The process exits: writers are let go, and from now on none has to wait. */
  onLeaving(): void
  /** Has a thread begin its end. Does not wait for it. */
  onHandOver?(): void
  /** Saves what is left. Synchronous. */
  onExit(): void
}

const listeners = new Set<ExitListener>()

function onBeforeExit(): void {
  for (const listener of listeners) listener.onBeforeExit()
}

function onExit(): void {
  for (const listener of listeners) listener.onLeaving()
  for (const listener of listeners) listener.onHandOver?.()
  for (const listener of listeners) listener.onExit()
}

/** The producer is called at the end of the process, until the returned function is called. */
export function joinProcessExit(listener: ExitListener): () => void {
  if (listeners.size === 0) process.on('beforeExit', onBeforeExit).on('exit', onExit)
  listeners.add(listener)
  return () => {
    listeners.delete(listener)
    if (listeners.size === 0) process.off('beforeExit', onBeforeExit).off('exit', onExit)
  }
}
