/**
 * line → bytes → ring: puts lines into chunks, and chunks into thread-stream, once for each turn of the event loop.
 *
 * A write of thread-stream's own makes a buffer of each line and keeps it until the ring has room; with a worker that
 * falls behind, collecting those was two fifths of the main thread's time. Here a line is one copy into a chunk.
 *
 * Bounded by: `AHEAD_BYTES` behind a full ring. At the bound: `write` answers false until the ring is empty. At the end
 * of the process: `flush`, by whoever waits for the thread.
 */
import { HEADER_BYTES, writeHeader } from './frames.ts'

const CHUNK_BYTES = 65_536
/** What may wait in chunks: bytes, where winston would keep its objects of several times the size. */
const AHEAD_BYTES = 4 * 1_048_576

/** The part of thread-stream that is needed here; its own types know no bytes. */
export interface Ring {
  readonly destroyed: boolean
  /** Keeps the bytes until they are in the ring. False: `drain` will come, unless another write is answered with true. */
  write(bytes: Buffer): boolean
  on(event: 'drain' | 'close', listener: () => void): unknown
}

export class Feed {
  readonly #ring: Ring
  #chunk: Buffer = Buffer.alloc(0)
  // Of the chunk: handed over, and written.
  #from = 0
  #to = 0
  #isScheduled = false
  /** Bytes handed over since the ring was full. */
  #ahead = 0
  #waiting: (() => void)[] = []

  constructor(ring: Ring) {
    this.#ring = ring
    ring.on('drain', () => this.#drained())
    ring.on('close', () => this.#drained())
  }

  /** Takes a line. False: wait with the next one until {@link whenDrained} calls back. */
  write(line: string): boolean {
    // Three bytes a UTF-16 unit at most.
    const most = HEADER_BYTES + line.length * 3
    if (most > this.#chunk.length - this.#to) this.#renew(most)
    this.#to = writeHeader(this.#chunk, this.#to, line)
    this.#to += this.#chunk.write(line, this.#to, 'utf8')
    if (!this.#isScheduled) {
      this.#isScheduled = true
      setImmediate(() => {
        this.#isScheduled = false
        this.flush()
      })
    }
    return this.#ahead < AHEAD_BYTES
  }

  /** Hands over what is in the chunk. */
  flush(): void {
    if (this.#to === this.#from || this.#ring.destroyed) return
    const bytes = this.#chunk.subarray(this.#from, this.#to)
    this.#from = this.#to
    if (!this.#ring.write(bytes)) this.#ahead += bytes.length
    else if (this.#ahead > 0) this.#drained()
  }

  /** Calls back when there is room again, or nobody left to make some. */
  whenDrained(next: () => void): void {
    if (this.#ring.destroyed) setImmediate(next)
    else this.#waiting.push(next)
  }

  #drained(): void {
    this.#ahead = 0
    const waiting = this.#waiting
    this.#waiting = []
    for (const next of waiting) next()
  }

  #renew(atLeast: number): void {
    this.flush()
    this.#chunk = Buffer.allocUnsafeSlow(Math.max(CHUNK_BYTES, atLeast))
    this.#from = 0
    this.#to = 0
  }
}
