/**
 * Appends lines to the open segment: gathered, and written together at the end of the current run of synchronous code.
 *
 * Bounded by: the buffer, and the size of a segment. At the bound: it is written at once. What a failing disk refuses is
 * handed back in order, and the disk rests.
 */
import { codeOf, type Disk } from './disk.ts'
import { DiskRest } from './disk-rest.ts'
import { mostBytes } from './entry.ts'
import { Fence } from './fence.ts'
import type { Part } from './part.ts'
import { Segment } from './segment.ts'
import { writeHead } from './segment-head.ts'
import type { Segments } from './segments.ts'
import type { RefusedLine, SpoolClock, SpoolListener, SpoolSettings } from './spool-events.ts'
import { refusedLines, WriteBuffer } from './write-buffer.ts'

const BUFFER_BYTES = 262_144
const MAX_SEGMENT_BYTES = 16 * 1_048_576

/** What the writer asks of the spool. */
export interface WriterParts {
  readonly settings: SpoolSettings
  readonly disk: Disk
  readonly clock: SpoolClock
  readonly segments: Segments
  readonly listener: Pick<SpoolListener, 'stored' | 'refused' | 'trouble'>
  /** A new part, behind all others. @throws the file system's error */
  newPart(): Part
  /** Gives up the oldest until so many bytes more are within the bound. */
  makeRoom(bytes: number): void
  /** The open segment is not ours any more, or not there. */
  lost(segment: Segment): void
  /** The folder of a part is not there. */
  missing(): void
}

export class SpoolWriter {
  readonly #parts: WriterParts
  readonly #segmentBytes: number
  readonly #mostEntryBytes: number
  readonly #head: Buffer
  readonly #buffer: WriteBuffer
  /** The part that new segments go to. */
  #part: Part | undefined
  #open: Segment | undefined
  #isScheduled = false
  // Where segments go that are older than all others.
  #front: { readonly part: Part; number: number } | undefined
  #refusals = 0
  readonly #flushSoon = () => {
    this.#isScheduled = false
    this.flush()
  }
  /** Folders with names that the disk itself may not have yet. */
  readonly #unsyncedFolders = new Set<string>()
  readonly #fence: Fence
  readonly #rest: DiskRest

  constructor(parts: WriterParts) {
    const { dir, maxBytes, target, host, pid } = parts.settings
    this.#parts = parts
    this.#rest = new DiskRest(parts.clock)
    this.#fence = new Fence(parts.disk, dir, parts.clock)
    this.#segmentBytes = Math.min(MAX_SEGMENT_BYTES, Math.floor(maxBytes / 8))
    this.#mostEntryBytes = maxBytes / 2
    this.#head = writeHead({ ...target, host, pid })
    this.#buffer = new WriteBuffer(Math.min(BUFFER_BYTES, this.#segmentBytes))
  }

  /** Where lines are appended. */
  get open(): Segment | undefined {
    return this.#open
  }

  /** What is not on disk yet. `unread`: lines of it that are not in memory either. */
  get pending(): { readonly used: number; readonly unread: number } {
    return this.#buffer
  }

  /** False for a while after a failure. */
  get isWritable(): boolean {
    return !this.#rest.isOn
  }

  /** Whether an entry of so many bytes is ever taken. */
  takes(bytes: number): boolean {
    return bytes <= this.#mostEntryBytes
  }

  /** See `Spool.append`. */
  append(
    kind: number,
    value: string,
    line: string | Uint8Array,
    writtenAt: number,
    epoch: number,
    isInMemory: boolean
  ): number | undefined {
    const most = mostBytes(value, line)
    if (!this.isWritable || !this.takes(most)) return undefined
    const refusals = this.#refusals
    if (!this.#buffer.fits(most)) this.flush()
    const segment = this.#segmentFor(most, isInMemory)
    // What was refused meanwhile is older than this line.
    if (segment === undefined || this.#refusals > refusals) return undefined
    const at = segment.end + this.#buffer.append(kind, value, line, writtenAt, epoch, isInMemory, most)
    if (!this.#isScheduled) queueMicrotask(this.#flushSoon)
    this.#isScheduled = true
    return segment.firstId + at
  }

  /** Writes what was appended. */
  flush(): void {
    const { settings, segments, listener, makeRoom, lost } = this.#parts
    const segment = this.#open
    if (this.#buffer.used === 0 || segment === undefined) return
    makeRoom(this.#buffer.used)
    const syncs = settings.fsync === 'always'
    const from = segment.end
    const { bytes, runs } = this.#buffer.take()
    try {
      if (segment.append(bytes, syncs, this.#fence) === 'taken') {
        this.#open = undefined
        this.#refuse(refusedLines(bytes, runs, segment.firstId + from))
        lost(segment)
        return
      }
    } catch (error) {
      this.#refuse(refusedLines(bytes, runs, segment.firstId + from))
      this.fail(error)
      this.seal()
      return
    }
    segments.grew(bytes.length)
    for (const { epoch, isInMemory, lines, start, end } of runs) {
      if (segment.epochs.at(-1)?.epoch !== epoch) segment.epochs.push({ from: from + start, epoch })
      if (isInMemory) segment.skip(from + end, lines)
      listener.stored(epoch, lines)
    }
    segments.listUnread(segment)
  }

  /** From now on what is appended is older than all that is on disk: the next start reads it first. */
  beginFront(): void {
    this.endFront()
    const oldest = this.#parts.segments.oldest?.part
    if (oldest !== undefined) this.#front = { part: oldest, number: oldest.numbersInFront() }
  }

  /** Ends that: what is appended is behind all others again. */
  endFront(): void {
    this.flush()
    this.seal(true)
    this.#front = undefined
  }

  /** These parts are another owner's. */
  leaveParts(parts: readonly Part[]): void {
    if (this.#open !== undefined && parts.includes(this.#open.part)) this.#open = undefined
    if (this.#part !== undefined && parts.includes(this.#part)) this.#part = undefined
  }

  /** Ends the open segment; a new one begins with the next line. `waits`: for the disk itself, where it is to be synced. */
  seal(waits = false): void {
    const segment = this.#open
    const { fsync } = this.#parts.settings
    if (segment === undefined) return
    this.#open = undefined
    try {
      if (fsync === 'never' || waits) segment.seal(fsync !== 'never')
      else segment.sealSoon((error) => this.fail(error))
    } catch (error) {
      this.fail(error)
    }
    if (segment.isDone) this.#parts.segments.remove(segment)
  }

  /** Asks the disk to keep what was written, even without power; does not wait for it. */
  syncSoon(): void {
    this.#open?.syncSoon((error) => this.fail(error))
    for (const path of this.#unsyncedFolders) {
      this.#parts.disk.syncFolderSoon(path, (error) => {
        // A part that is empty is removed.
        if (error !== undefined && codeOf(error) !== 'ENOENT') this.fail(error)
      })
    }
    this.#unsyncedFolders.clear()
  }

  /** Waits until the disk itself has the names of our files. @throws the file system's error */
  syncNames(): void {
    for (const path of this.#unsyncedFolders) {
      if (this.#parts.disk.exists(path)) this.#parts.disk.syncFolder(path)
      this.#unsyncedFolders.delete(path)
    }
  }

  /** The disk has failed: it rests. Gives the error back. */
  fail(error: unknown): unknown {
    this.#rest.begin()
    this.#parts.listener.trouble({ kind: 'failed', error })
    return error
  }

  /** The segment to append `most` bytes to: a new one if there is none, it is full, or it holds lines to be read. */
  #segmentFor(most: number, isInMemory: boolean): Segment | undefined {
    const open = this.#open
    if (open !== undefined) {
      const end = open.end + this.#buffer.used
      const fits = end + most <= this.#segmentBytes || end === this.#head.length
      if (fits && (!isInMemory || (this.#buffer.unread === 0 && !open.isUnread))) return open
      this.flush()
      this.seal(this.#front !== undefined)
      if (!this.isWritable) return undefined
    }
    if (this.#front !== undefined) return this.#create(this.#front.part, this.#front.number++)
    try {
      if (this.#part === undefined || this.#part.segments === 0) this.#part = this.#parts.newPart()
    } catch (error) {
      this.fail(error)
      return undefined
    }
    return this.#create(this.#part, this.#part.nextNumber())
  }

  #create(part: Part, number: number): Segment | undefined {
    const { disk, segments, settings } = this.#parts
    try {
      const segment = Segment.create(disk, part, number, this.#head)
      segments.insert(segment)
      this.#open = segment
      if (settings.fsync !== 'never') this.#unsyncedFolders.add(settings.dir).add(part.path)
      // Before any entry: one that is synced in a file without a name would be lost with the power.
      if (settings.fsync === 'always') this.syncNames()
    } catch (error) {
      this.seal()
      this.fail(error)
      if (part.segments === 0) part.remove()
      else if (codeOf(error) === 'ENOENT') this.#parts.missing()
    }
    return this.#open
  }

  /** Before anybody else hears of the failure: what is written then is younger. */
  #refuse(lines: readonly RefusedLine[]): void {
    this.#refusals++
    this.#parts.listener.refused(lines)
  }
}
