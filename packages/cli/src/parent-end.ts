/**
 * The end of the process that started this one. `npx` runs a command through a shell, and passes SIGTERM on to that shell, which ends and
 * passes nothing on: a server started so would run on with nobody who knows of it.
 */

/** How often it is looked for. Nothing tells of it. */
const CHECK_MS = 500

/**
 * Whether the parent is a program that only waits for this one. Elsewhere its end means nothing: a script starts a server in the
 * background, and ends.
 */
export function isRunByNpx(env: Readonly<Record<string, string | undefined>>): boolean {
  return env['npm_command'] === 'exec' && env['npm_lifecycle_event'] === 'npx'
}

/** Calls back once the parent has ended; the returned function ends that. Not on Windows, where orphans keep their parent's id. */
export function onParentEnd(listener: () => void): () => void {
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    listener()
  }, CHECK_MS)
  timer.unref()
  return () => clearInterval(timer)
}
