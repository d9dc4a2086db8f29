/** One `exit` listener of the process, however many transports there are; none while there is none. */

const listeners = new Set<() => void>()

function onExit(): void {
  for (const listener of listeners) listener()
}

/** Calls `listener` when the process ends, until the returned function is called. */
export function onProcessExit(listener: () => void): () => void {
  if (listeners.size === 0) process.on('exit', onExit)
  listeners.add(listener)
  return () => {
    listeners.delete(listener)
    if (listeners.size === 0) process.off('exit', onExit)
  }
}
