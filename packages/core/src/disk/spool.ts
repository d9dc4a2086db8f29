/**
 * The disk queue: lines that are safe from the end of the process, first in, first out.
 *
 * Bounded by: `maxBytes` on disk. At the bound: the oldest segment is given up, and its lines are counted. At close:
 * what was not read, or read but not acknowledged, stays for the next start. Heard by: the listener.
 *
 * Appended lines are gathered and written together at the end of the current run of synchronous code, or when
 * {@link Spool.flush} is called; they are safe when `stored` is called.
 */
import { SEGMENT_HEAD } from './entry.ts'
import { SpoolFolder } from './folder.ts'
import { type Part, Segments, type SpooledLine } from './segments.ts'
import { entriesOf, mostBytes, type Run, WriteBuffer } from './write-buffer.ts'

export interface SpoolSettings {
  readonly dir: string
  readonly maxBytes: number
  /** Whether each write waits for the disk itself. */
  readonly syncsAlways: boolean
}

export interface SpoolListener {
  /** `lines` lines of `epoch` are on disk. */
  stored(epoch: number, lines: number): void
  /** The disk would not take this one. */
  refused(line: SpooledLine, isInMemory: boolean): void
  /** A line that nobody has read was given up to make room. */
  givenUp(line: SpooledLine): void
  /** Lines in memory with ids from `from` up to `to` are on disk no more. */
  exposed(from: number, to: number): void
  /** Damaged places, or whole segments, that were skipped. */
  damaged(places: number): void
  failed(error: unknown): void
}

const BUFFER_BYTES = 262_144
const MAX_SEGMENT_BYTES = 16 * 1_048_576
/** After a failed write the disk is left alone for this time. */
const RETRY_AFTER_MS = 5_000

export class Spool {
  readonly #settings: SpoolSettings
  readonly #listener: SpoolListener
  readonly #now: () => number
  readonly #segmentBytes: number
  readonly #buffer: WriteBuffer
  readonly #segments: Segments
  #folder: SpoolFolder
  /** Where lines are appended. */
  #open: Part | undefined
  #isScheduled = false
  #isEnding = false
  #failedAt = Number.NEGATIVE_INFINITY

  /** @throws the file system's error if the folder cannot be made or written */
  constructor(settings: SpoolSettings, now: () => number, listener: SpoolListener) {
    this.#settings = settings
    this.#listener = listener
    this.#now = now
    this.#folder = new SpoolFolder(settings.dir)
    this.#segmentBytes = Math.min(MAX_SEGMENT_BYTES, Math.floor(settings.maxBytes / 8))
    this.#buffer = new WriteBuffer(Math.min(BUFFER_BYTES, this.#segmentBytes))
    this.#segments = new Segments((places) => listener.damaged(places))
  }

  /** Bytes on disk, and those on their way to it. */
  get bytes(): number {
    return this.#segments.bytes + this.#buffer.used
  }

  /** Whether there are lines that nobody has read. */
  get hasUnread(): boolean {
    return this.#buffer.unread > 0 || this.#segments.hasUnread
  }

  /** False for a while after a failure. */
  get isWritable(): boolean {
    return this.#now() - this.#failedAt >= RETRY_AFTER_MS
  }

  /** To be called every few seconds: says that we are alive, and takes over what others left. */
  tend(): void {
    if (!this.#folder.touch(this.#now())) this.#startAnew()
    for (const path of this.#folder.adopt(this.#now())) {
      try {
        this.#segments.adopt(path)
      } catch (error) {
        this.#listener.damaged(1)
        this.#listener.failed(error)
      }
    }
    this.#segments.removeDone(this.#open)
  }

  /**
   * Appends a line. `isInMemory`: it is on its way already and need not be read; only allowed while nothing is
   * unread. Its id, or `undefined` if the disk does not take lines at the moment, or never one so large.
   */
  append(
    key: string,
    line: string | Uint8Array,
    writtenAt: number,
    epoch: number,
    isInMemory: boolean
  ): number | undefined {
    const most = mostBytes(key, line)
    if (!this.isWritable || most > this.#settings.maxBytes / 2) return undefined
    if (!this.#buffer.fits(most)) this.flush()
    const part = this.#partFor(most)
    if (part === undefined) return undefined
    const at = part.segment.end + this.#buffer.append(key, line, writtenAt, epoch, isInMemory)
    if (!this.#isScheduled) {
      this.#isScheduled = true
      queueMicrotask(() => {
        this.#isScheduled = false
        this.flush()
      })
    }
    return part.firstId + at
  }

  /** Writes what was appended. */
  flush(): void {
    const part = this.#open
    if (this.#buffer.used === 0 || part === undefined) return
    const from = part.segment.end
    const { bytes, runs } = this.#buffer.take()
    this.#makeRoom(bytes.length)
    try {
      part.segment.append(bytes)
      if (this.#settings.syncsAlways) part.segment.sync()
    } catch (error) {
      this.#open = undefined
      this.#fail(error)
      // A copy: whoever is told may append again.
      this.#refuse(part, from, Buffer.from(bytes), runs)
      return
    }
    this.#segments.grew(bytes.length)
    for (const { epoch, isInMemory, lines, start, end } of runs) {
      if (part.epochs.at(-1)?.epoch !== epoch) part.epochs.push({ from: from + start, epoch })
      if (isInMemory) part.segment.skip(from + end, lines)
      this.#listener.stored(epoch, lines)
    }
  }

  /**
   * From now on only lines are appended that are older than all that are unread: the next start reads them first.
   * Until `close`.
   */
  startLast(): void {
    this.flush()
    this.#isEnding = true
    try {
      this.#open = this.#segments.createInFront(this.#folder.path, this.#now())
    } catch (error) {
      this.#open = undefined
      this.#fail(error)
    }
  }

  /** Hands out the next unread lines, oldest first; some hundred KiB at a time. */
  read(take: (line: SpooledLine) => void): void {
    this.flush()
    this.#segments.read(take)
    this.#segments.removeDone(this.#open)
  }

  /** A line has reached its end: it need not be sent again. Written down by {@link writeAcks}. */
  acknowledge(id: number): void {
    this.#segments.acknowledge(id)
  }

  /** Writes down what was acknowledged, and deletes what is of no use any more. */
  writeAcks(): void {
    this.#segments.writeAcks((error) => this.#listener.failed(error))
    this.#segments.removeDone(this.#open)
  }

  /** Asks the disk to keep what was written, even without power; does not wait for it. */
  syncSoon(): void {
    for (const { segment } of this.#segments) segment.syncSoon((error) => this.#listener.failed(error))
  }

  /** Writes everything down and lets go; what is not acknowledged stays. Synchronous: also for the last moment. */
  close(): void {
    this.flush()
    this.#open = undefined
    this.writeAcks()
    this.#segments.letGo(() => {})
    this.#folder.release()
  }

  /** The segment to append `most` bytes to: a new one if there is none or it is full. */
  #partFor(most: number): Part | undefined {
    if (this.#open !== undefined) {
      const end = this.#open.segment.end + this.#buffer.used
      const fits = end + most <= this.#segmentBytes || end === SEGMENT_HEAD.length
      if (fits || this.#isEnding) return this.#open
      this.flush()
    }
    try {
      this.#open = this.#segments.create(this.#folder.path, this.#now())
    } catch (error) {
      this.#open = undefined
      this.#fail(error)
    }
    return this.#open
  }

  /** Hands back what the disk did not take. */
  #refuse({ firstId }: Part, from: number, bytes: Buffer, runs: readonly Run[]): void {
    for (const run of runs) {
      for (const { entry, at } of entriesOf(bytes, run)) {
        this.#listener.refused({ ...entry, id: firstId + from + at, epoch: run.epoch }, run.isInMemory)
      }
    }
  }

  /** Gives up the oldest segments until `bytes` more are within the bound; never the one that is appended to. */
  #makeRoom(bytes: number): void {
    const { givenUp, exposed } = this.#listener
    while (this.#segments.bytes + bytes > this.#settings.maxBytes && this.#segments.oldest !== this.#open) {
      this.#segments.giveUpOldest(givenUp, exposed)
    }
  }

  /** Somebody took us for dead and has our folder now, with the lines that we have not read. */
  #startAnew(): void {
    try {
      this.flush()
      const folder = new SpoolFolder(this.#settings.dir)
      this.#segments.letGo(this.#listener.exposed)
      this.#open = undefined
      this.#folder = folder
    } catch (error) {
      this.#fail(error)
    }
  }

  #fail(error: unknown): void {
    this.#failedAt = this.#now()
    this.#listener.failed(error)
  }
}
