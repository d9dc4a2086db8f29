/** The last resort for trouble that nobody listens to. */
import { writeSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'

/** Writes at once: a worker's `process.stderr` goes through the main thread, which may be waiting for us to end. */
export function writeStderr(text: string): void {
  if (isMainThread) {
    process.stderr.write(text)
    return
  }
  try {
    writeSync(2, text)
  } catch {
    // Closed, or a pipe that is full: nobody reads it.
  }
}
