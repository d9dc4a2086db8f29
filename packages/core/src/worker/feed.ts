/**
 * line → bytes → ring: puts lines into chunks, and chunks into thread-stream once per turn of the event loop.
 *
 * thread-stream's own write makes a buffer of each line, and keeps it until the ring has room. With a slow worker, the garbage
 * collection of these buffers took two fifths of the main thread's time. Here a line is one copy into a chunk.
 *
 * Bounded by: `AHEAD_BYTES` behind a full ring. At the bound: `write` returns false until the ring is empty. If the thread dies:
 * `untaken` gives back the lines that it had not taken.
 */
import { FrameReader, HEADER_BYTES, writeHeader } from './frames.ts'
import { hasReached } from './messages.ts'

const CHUNK_BYTES = 65_536
/** Bytes that may wait in chunks. A writer who keeps lines itself has several times the size instead. */
const AHEAD_BYTES = 4 * 1_048_576

/** The part of thread-stream that the feed needs. thread-stream's own types allow no bytes. */
export interface Ring {
  readonly destroyed: boolean
  /** Keeps the bytes until they are in the ring. False: `drain` follows, unless a later write returns true. */
  write(bytes: Buffer): boolean
  on(event: 'drain', listener: () => void): unknown
}

export interface FeedParts {
  readonly ring: Ring
  /** How many lines the thread has taken, modulo 2^32. */
  readonly taken: () => number
  /** Called before lines are handed over: once per turn of the event loop. */
  readonly handing?: () => void
  /** There is room again after `write` returned false. */
  readonly drained: () => void
}

/** Whole lines that are handed over and may not be taken yet. */
interface HandedOver {
  readonly bytes: Buffer
  /** Lines up to its end, since the start. */
  readonly lines: number
}

export class Feed {
  readonly #parts: FeedParts
  #chunk: Buffer = Buffer.alloc(0)
  // The chunk up to `#from` is handed over; up to `#to` it is written.
  #from = 0
  #to = 0
  #isScheduled = false
  /** Bytes handed over since the ring was full. */
  #ahead = 0
  #isAwaited = false
  #handedOver: HandedOver[] = []
  /** Lines so far. */
  #lines = 0

  constructor(parts: FeedParts) {
    this.#parts = parts
    parts.ring.on('drain', () => this.#drained())
  }

  get lines(): number {
    return this.#lines
  }

  /** Takes a line. False: the caller should wait with the next one until `drained` is called. */
  write(line: string): boolean {
    // A UTF-16 unit takes at most three bytes.
    const most = HEADER_BYTES + line.length * 3
    if (most > this.#chunk.length - this.#to) this.#renew(most)
    this.#to = writeHeader(this.#chunk, this.#to, line)
    this.#to += this.#chunk.write(line, this.#to, 'utf8')
    this.#lines++
    if (!this.#isScheduled) {
      this.#isScheduled = true
      setImmediate(() => {
        this.#isScheduled = false
        this.#parts.handing?.()
        this.flush()
      })
    }
    if (this.#ahead < AHEAD_BYTES) return true
    this.#isAwaited = true
    return false
  }

  /** Hands over the contents of the chunk. */
  flush(): void {
    const { ring } = this.#parts
    if (this.#to === this.#from || ring.destroyed) return
    const bytes = this.#seal()
    if (!ring.write(bytes)) this.#ahead += bytes.length
    else if (this.#ahead > 0) this.#drained()
  }

  /** Bytes that are not taken, as far as chunks go. */
  untakenBytes(): number {
    this.#forgetTaken()
    return this.#handedOver.reduce((sum, { bytes }) => sum + bytes.length, this.#to - this.#from)
  }

  /** The lines that the thread has not taken. To be called when it takes no more. */
  untaken(): string[] {
    if (this.#to > this.#from) this.#seal()
    this.#forgetTaken()
    const lines: string[] = []
    for (const { bytes } of this.#handedOver) {
      new FrameReader().push(bytes.toString('utf8'), (line) => lines.push(line))
    }
    this.#handedOver = []
    const count = (this.#lines - this.#parts.taken()) | 0
    return count > 0 ? lines.slice(-count) : []
  }

  /** Ends what was written to the chunk so far. */
  #seal(): Buffer {
    const bytes = this.#chunk.subarray(this.#from, this.#to)
    this.#from = this.#to
    this.#forgetTaken()
    this.#handedOver.push({ bytes, lines: this.#lines })
    return bytes
  }

  #forgetTaken(): void {
    const taken = this.#parts.taken()
    const first = this.#handedOver.findIndex(({ lines }) => !hasReached(taken, lines))
    if (first < 0) this.#handedOver = []
    else if (first > 0) this.#handedOver.splice(0, first)
  }

  #drained(): void {
    this.#ahead = 0
    if (!this.#isAwaited) return
    this.#isAwaited = false
    this.#parts.drained()
  }

  #renew(atLeast: number): void {
    this.flush()
    this.#chunk = Buffer.allocUnsafeSlow(Math.max(CHUNK_BYTES, atLeast))
    this.#from = 0
    this.#to = 0
  }
}
