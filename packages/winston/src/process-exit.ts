/** One `exit` listener of the process, however many transports there are; none while there is none. */

const leavers = new Set<() => void>()

function onExit(): void {
  for (const leave of leavers) leave()
}

/** Calls `leave` when the process ends, until the returned function is called. */
export function onProcessExit(leave: () => void): () => void {
  if (leavers.size === 0) process.on('exit', onExit)
  leavers.add(leave)
  return () => {
    leavers.delete(leave)
    if (leavers.size === 0) process.off('exit', onExit)
  }
}
