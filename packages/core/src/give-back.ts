/**
 * Memory that nobody needs any more → the process's allocator, at once.
 *
 * The garbage collector frees a buffer that lived for a while only in a large collection, and an idle thread makes none: 64 MiB of a
 * burst were still there minutes later. A buffer that is sent away belongs to the message; here nobody gets that, so its memory is freed.
 * What of it the system gets back is the allocator's to decide: docs/tuning.md.
 */
import { types } from 'node:util'
import { MessageChannel, type MessagePort } from 'node:worker_threads'

let nowhere: MessagePort | undefined

/** Frees the memory of an array that has its buffer for itself. Nobody may use the array, or another view of its memory, afterwards. */
export function giveBack({ buffer }: ArrayBufferView): void {
  try {
    nowhere ??= closedPort()
    if (types.isArrayBuffer(buffer)) nowhere.postMessage(undefined, [buffer])
  } catch {
    // Where buffers cannot be sent away, the garbage collector frees it some time.
  }
}

function closedPort(): MessagePort {
  const { port1, port2 } = new MessageChannel()
  port1.close()
  port2.close()
  return port1
}
