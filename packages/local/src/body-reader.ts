import type { IncomingMessage } from 'node:http'
import { MAX_BODY_BYTES, MAX_DISCARDED_BYTES } from './bounds.ts'
import { type Refusal, refuseAtGateway, refuseForMemory } from './errors.ts'

/** What became of a body: all of it, or why it is not taken; `isOver` if its sender has not come to an end of it. */
export type BodyResult =
  | { readonly kind: 'body'; readonly body: Buffer }
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly isOver: boolean }

const SMALL_BYTES = 16 * 1_024

/**
 * Reads the body of a request into one buffer and calls back once, or never if the client leaves. Pieces are copied: Node
 * hands over one for each chunk of the wire, and each keeps the 64 KiB that it was cut from. The buffer doubles, and every
 * size of it is asked for with `hold` first.
 *
 * A body that is refused is read on and thrown away, so that the client gets to see the answer.
 */
export function readBody(
  request: IncomingMessage,
  early: Refusal | undefined,
  hold: (bytes: number) => boolean,
  done: (result: BodyResult) => void
): void {
  let refusal = early
  let buffer = Buffer.alloc(0)
  let bytes = 0
  let isDone = false
  const finish = (result: BodyResult): void => {
    if (!isDone) done(result)
    isDone = true
  }
  const give = (why: Refusal): void => {
    refusal = why
    buffer = Buffer.alloc(0)
    hold(0)
  }
  const declared = Number(request.headers['content-length'] ?? MAX_BODY_BYTES)
  const limit = Math.min(declared, MAX_BODY_BYTES)
  request.on('data', (chunk: Buffer) => {
    const at = bytes
    bytes += chunk.length
    if (refusal === undefined && bytes > MAX_BODY_BYTES) {
      give(refuseAtGateway('APIGW.0201', `the body is over ${MAX_BODY_BYTES} bytes`))
    }
    if (refusal === undefined && bytes > buffer.length) {
      const size = Math.min(limit, Math.max(bytes, SMALL_BYTES, 2 * buffer.length))
      if (hold(size)) {
        const larger = Buffer.allocUnsafeSlow(size)
        buffer.copy(larger, 0, 0, at)
        buffer = larger
      } else give(refuseForMemory())
    }
    if (refusal === undefined) chunk.copy(buffer, at)
    else if (bytes > MAX_BODY_BYTES + MAX_DISCARDED_BYTES) finish({ kind: 'refused', refusal, isOver: true })
  })
  // A client that leaves in the middle of its request is nothing to act on.
  request.on('error', () => {})
  request.on('end', () => {
    if (refusal === undefined) finish({ kind: 'body', body: buffer.subarray(0, bytes) })
    else finish({ kind: 'refused', refusal, isOver: false })
  })
}
