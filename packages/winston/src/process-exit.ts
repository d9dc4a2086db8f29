/** One `exit` listener of the process for all transports, so that many of them cause no listener warning. */

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
