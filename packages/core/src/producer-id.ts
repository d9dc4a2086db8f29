/** What tells the producers of a process apart, in all of its threads. */
import { randomBytes } from 'node:crypto'
import { threadId } from 'node:worker_threads'

/** Shared by the copies of this module in a thread: an application may have it as ESM and as CommonJS. */
const COUNT: symbol = Symbol.for('dis-logs.producers')

/** `0.1` is the first producer of the main thread. The same at each start of an application that makes them in the same order. */
export function nextProducerId(): string {
  const before: unknown = Reflect.get(globalThis, COUNT)
  const count = (typeof before === 'number' ? before : 0) + 1
  Reflect.set(globalThis, COUNT, count)
  return `${threadId}.${count}`
}

/** A name for one life of a producer: 72 random bits as 12 characters: among a thousand million lives two have the same with a chance of 1 to 10,000 */
export function uniqueProducerId(): string {
  return randomBytes(9).toString('base64url')
}
