/**
 * line → bytes → ring: puts lines into chunks, and chunks into thread-stream once per turn of the event loop.
 *
 * thread-stream's own write makes a buffer of each line, and keeps it until the ring has room. With a slow worker, the garbage
 * collection of these buffers took two fifths of the main thread's time. Here a line is one copy into a chunk.
 *
 * Bounded by: `AHEAD_BYTES` behind a full ring. At the bound: `write` returns false until the ring is empty. At the end of the
 * process: the sender calls `flush`.
 */
import { HEADER_BYTES, writeHeader } from './frames.ts'

const CHUNK_BYTES = 65_536
/** Bytes that may wait in chunks. winston would keep objects of several times the size instead. */
const AHEAD_BYTES = 4 * 1_048_576

/** The part of thread-stream that the feed needs. thread-stream's own types allow no bytes. */
export interface Ring {
  readonly destroyed: boolean
  /** Keeps the bytes until they are in the ring. False: `drain` follows, unless a later write returns true. */
  write(bytes: Buffer): boolean
  on(event: 'drain' | 'close', listener: () => void): unknown
}

export class Feed {
  readonly #ring: Ring
  #chunk: Buffer = Buffer.alloc(0)
  // The chunk up to `#from` is handed over; up to `#to` it is written.
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

  /** Takes a line. False: the caller should wait with the next one until {@link whenDrained} calls back. */
  write(line: string): boolean {
    // A UTF-16 unit takes at most three bytes.
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

  /** Hands over the contents of the chunk. */
  flush(): void {
    if (this.#to === this.#from || this.#ring.destroyed) return
    const bytes = this.#chunk.subarray(this.#from, this.#to)
    this.#from = this.#to
    if (!this.#ring.write(bytes)) this.#ahead += bytes.length
    else if (this.#ahead > 0) this.#drained()
  }

  /** Calls back when there is room again, or when the thread has ended. */
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
