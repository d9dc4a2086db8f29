/** Where the work of a producer belongs: to no request of the application, although one of its lines may have started it. */
import { AsyncResource } from 'node:async_hooks'

/** The async context in which this module was loaded. */
class LoadedContext extends AsyncResource {
  /** It keeps no process alive. `jest --detectOpenHandles` asks this, and takes a resource without it for a handle left open. */
  hasRef(): boolean {
    return false
  }
}

const context = new LoadedContext('dis-logs')

/**
 * Runs `start` in the async context in which this module was loaded. What it schedules inherits that one. Otherwise a request
 * of the application whose line woke the producer would own a request to DIS: its trace, and its memory until that ends.
 */
export function outside<T>(start: () => T): T {
  return context.runInAsyncScope(start)
}
