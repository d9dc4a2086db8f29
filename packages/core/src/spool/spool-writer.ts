/**
 * Appends lines to the open segment. Lines of one run of synchronous code are written together, at its end.
 *
 * Bounded by: the buffer, and the size of a segment. At the bound: it writes at once. If the disk fails, it rests, and the
 * listener gets the refused lines in order.
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
import { Unsynced } from './unsynced.ts'
import { refusedLines, WriteBuffer } from './write-buffer.ts'

const BUFFER_BYTES = 262_144
const MAX_SEGMENT_BYTES = 16 * 1_048_576

/** What the writer needs from the spool. */
export interface WriterParts {
  readonly settings: SpoolSettings
  readonly disk: Disk
  readonly clock: SpoolClock
  readonly segments: Segments
  readonly listener: Pick<SpoolListener, 'stored' | 'refused' | 'trouble'>
  /** A new part, behind all others. @throws the file system's error */
  newPart(): Part
  /** Gives up the oldest segments until `bytes` more fit. */
  makeRoom(bytes: number): void
  /** The open segment is not ours any more, or is missing. */
  lost(segment: Segment): void
  /** The folder of a part is missing. */
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
  // The place of new segments that are older than all others; see `beginFront`.
  #front: { readonly part: Part; number: number } | undefined
  #refusals = 0
  readonly #flushSoon = () => {
    this.#isScheduled = false
    this.flush()
  }
  readonly #unsynced: Unsynced
  readonly #fence: Fence
  readonly #rest: DiskRest

  constructor(parts: WriterParts) {
    const { dir, maxBytes, target, host, pid } = parts.settings
    this.#parts = parts
    this.#rest = new DiskRest(parts.clock)
    this.#unsynced = new Unsynced(parts.disk, (error) => this.fail(error))
    this.#fence = new Fence(parts.disk, dir, parts.clock)
    this.#segmentBytes = Math.min(MAX_SEGMENT_BYTES, Math.floor(maxBytes / 8))
    this.#mostEntryBytes = maxBytes / 2
    this.#head = writeHead({ ...target, host, pid })
    this.#buffer = new WriteBuffer(Math.min(BUFFER_BYTES, this.#segmentBytes))
  }

  /** The segment that lines are appended to. */
  get open(): Segment | undefined {
    return this.#open
  }

  /** The lines that are not on disk yet. `used`: their bytes. `unread`: the number of those that are not in memory. */
  get pending(): { readonly used: number; readonly unread: number } {
    return this.#buffer
  }

  /** False for a while after a failure. */
  get isWritable(): boolean {
    return !this.#rest.isOn
  }

  /** Whether an entry of so many bytes fits at all. */
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
    // If older lines were refused meanwhile, this line is refused, too, to keep the order.
    if (segment === undefined || this.#refusals > refusals) return undefined
    const at = segment.end + this.#buffer.append(kind, value, line, writtenAt, epoch, isInMemory, most)
    if (!this.#isScheduled) queueMicrotask(this.#flushSoon)
    this.#isScheduled = true
    return segment.firstId + at
  }

  /** Writes the buffer. */
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
      segment.unread.stored(from + start, epoch, isInMemory ? 0 : lines)
      if (isInMemory) segment.skip(from + end, lines)
      listener.stored(epoch, lines)
    }
    segments.listUnread(segment)
  }

  /** From now on, appended lines are older than all on disk: the next start reads them first. */
  beginFront(): void {
    this.endFront()
    const oldest = this.#parts.segments.oldest?.part
    if (oldest !== undefined) this.#front = { part: oldest, number: oldest.numbersInFront() }
  }

  /** Ends {@link beginFront}: appended lines are behind all others again. */
  endFront(): void {
    this.flush()
    this.seal(true)
    this.#front = undefined
  }

  /** Writes no more to these parts, which are not ours any more. */
  leaveParts(parts: readonly Part[]): void {
    if (this.#open !== undefined && parts.includes(this.#open.part)) this.#open = undefined
    if (this.#part !== undefined && parts.includes(this.#part)) this.#part = undefined
    this.#unsynced.leave(parts)
  }

  /** Ends the open segment. The next line begins a new one. `waits`: whether to wait for the sync, if there is one. */
  seal(waits = false): void {
    const segment = this.#open
    const { fsync } = this.#parts.settings
    if (segment === undefined) return
    this.#open = undefined
    try {
      if (fsync === 'never' || waits) segment.seal(fsync !== 'never')
      else segment.sealSoon((error) => this.#syncFailed(segment, error))
    } catch (error) {
      this.#syncFailed(segment, error)
    }
    if (segment.isDone) this.#parts.segments.remove(segment)
  }

  /** Syncs everything to the disk, without waiting. */
  syncSoon(): void {
    this.#unsynced.syncSoon()
    const open = this.#open
    open?.syncSoon((error) => this.#syncFailed(open, error))
  }

  /** Syncs everything that it can, and takes no more. */
  close(): void {
    this.seal(true)
    if (this.#parts.settings.fsync !== 'never') this.#unsynced.syncAtEnd()
  }

  /** Reports a failure of the disk, which rests then. Returns the error. */
  fail(error: unknown): unknown {
    this.#rest.begin()
    this.#parts.listener.trouble({ kind: 'failed', error })
    return error
  }

  #syncFailed(segment: Segment, error: unknown): void {
    this.#unsynced.addFile(segment)
    this.fail(error)
  }

  /** The open segment, or a new one if it is full or a line in memory would follow unread ones. `undefined`: the disk fails. */
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
      if (settings.fsync !== 'never') this.#unsynced.addFolders(settings.dir, part.path)
      // Before any entry: after a power loss, a file without a synced name is gone with its entries.
      if (settings.fsync === 'always') this.#unsynced.syncNames()
    } catch (error) {
      this.seal()
      this.fail(error)
      if (part.segments === 0) part.remove()
      else if (codeOf(error) === 'ENOENT') this.#parts.missing()
    }
    return this.#open
  }

  /** Hands refused lines back. This comes before the report of the failure, whose listeners may write younger lines. */
  #refuse(lines: readonly RefusedLine[]): void {
    this.#refusals++
    this.#parts.listener.refused(lines)
  }
}
