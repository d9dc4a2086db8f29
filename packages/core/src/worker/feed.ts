/**
 * line → text of many lines → bytes → ring. A log call only joins a line to the text. The text is encoded at once, and copied into
 * thread-stream's ring, when it is long enough or old enough.
 *
 * Line by line, each is made flat and encoded by itself (0.1 µs more), and each turn of the event loop wakes the other thread, which is
 * a system call: 5 to 15 µs, for a single line as for a hundred.
 *
 * Bounded by: `RUN_UNITS` or `RUN_MS` of lines; then `aheadBytes` behind a full ring. At the bound: `write` returns false until the ring is empty. If the thread dies:
 * `untaken` gives back the lines that it had not taken.
 */
import { FrameReader, isRun, lineFrame, runFrame } from './frames.ts'
import { hasReached } from './messages.ts'

/** Length of a text that is handed over. Twice as much saves nothing that can be measured. */
const RUN_UNITS = 32_768
/** Longest time until a line is handed over: far below `batch.lingerMs`, and long enough for 200 instead of thousands of times a second. */
const RUN_MS = 5

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
  /** Bytes that may wait behind a full ring. A writer who keeps lines itself has several times the size instead. */
  readonly aheadBytes: number
  /** Called before lines are handed over because of their age. */
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
  /** Lines that are not handed over, each with a newline behind. */
  #text = ''
  /** Their lengths. */
  #lengths: number[] = []
  #timer: NodeJS.Timeout | undefined
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
    if (line.length < RUN_UNITS) {
      this.#text += `${line}\n`
      this.#lengths.push(line.length)
      this.#lines++
      if (this.#text.length > RUN_UNITS) this.flush()
      else if (!this.#isScheduled) this.#schedule()
    } else {
      this.flush()
      this.#lines++
      this.#handOver(lineFrame(line))
    }
    if (this.#ahead < this.#parts.aheadBytes) return true
    this.#isAwaited = true
    return false
  }

  /** Hands over all lines so far. */
  flush(): void {
    if (this.#text !== '') this.#handOver(this.#seal())
  }

  /** It never keeps the process alive: at its end everything is handed over. */
  #schedule(): void {
    this.#isScheduled = true
    if (this.#timer !== undefined) {
      this.#timer.refresh()
      return
    }
    this.#timer = setTimeout(() => {
      this.#isScheduled = false
      this.#parts.handing?.()
      this.flush()
    }, RUN_MS).unref()
  }

  /** Bytes that are not taken, as far as hand-overs go. */
  untakenBytes(): number {
    this.#forgetTaken()
    return this.#handedOver.reduce((sum, { bytes }) => sum + bytes.length, this.#text.length)
  }

  /** The lines that the thread has not taken. To be called when it takes no more. */
  untaken(): string[] {
    if (this.#text !== '') this.#keep(this.#seal())
    this.#forgetTaken()
    const lines: string[] = []
    const reader = new FrameReader({
      line: (line) => void lines.push(line),
      run: (text) => void lines.push(...text.slice(0, -1).split('\n'))
    })
    for (const { bytes } of this.#handedOver) reader.push(bytes.toString('utf8'))
    this.#handedOver = []
    const count = (this.#lines - this.#parts.taken()) | 0
    return count > 0 ? lines.slice(-count) : []
  }

  /** The frames of all lines so far. */
  #seal(): Buffer {
    const text = this.#text
    const lengths = this.#lengths
    this.#text = ''
    this.#lengths = []
    if (isRun(text, lengths.length)) return runFrame(text, lengths.length)
    let at = 0
    const frames = lengths.map((length) => {
      const line = text.slice(at, at + length)
      at += length + 1
      return lineFrame(line)
    })
    return Buffer.concat(frames)
  }

  #handOver(bytes: Buffer): void {
    this.#keep(bytes)
    const { ring } = this.#parts
    if (ring.destroyed) return
    if (!ring.write(bytes)) this.#ahead += bytes.length
    else if (this.#ahead > 0) this.#drained()
  }

  #keep(bytes: Buffer): void {
    this.#forgetTaken()
    this.#handedOver.push({ bytes, lines: this.#lines })
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
}
