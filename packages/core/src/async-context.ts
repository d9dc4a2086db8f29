/** Where the work of a producer belongs: to no request of the application, although one of its lines may have started it. */
import { AsyncLocalStorage } from 'node:async_hooks'

/**
 * Runs `start` in the async context in which this module was loaded. What it schedules inherits that one. Otherwise a request
 * of the application whose line woke the producer would own a request to DIS: its trace, and its memory until that ends.
 */
export const outside: <T>(start: () => T) => T = AsyncLocalStorage.snapshot()
