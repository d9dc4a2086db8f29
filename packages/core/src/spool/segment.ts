/**
 * One file of the spool: entries are appended at its end, read once from its beginning, and acknowledged.
 *
 * Bounded by: the spool, which begins a new segment at a size. Holds a descriptor only while it is written or read. It
 * is deleted when all is acknowledged.
 */
import { Acknowledgements } from './acknowledgements.ts'
import { type Disk, type DiskFile, ignoreErrors, syncAndClose, writeAll } from './disk.ts'
import { type Entry, scanEntries } from './entry.ts'
import type { Fence } from './fence.ts'
import { acknowledgementsName, segmentName } from './names.ts'
import type { Part } from './part.ts'
import { readHeadOf } from './segment-head.ts'

const CHUNK_BYTES = 262_144

export class Segment {
  readonly part: Part
  readonly number: number
  /** Id of what stands at place 0: see segments.ts, which sets it. */
  firstId = -1
  /** From which place on the lines are of which epoch, and which of these was read last; none of an earlier process. */
  readonly epochs: { readonly from: number; readonly epoch: number }[] = []
  epochAt = -1
  /** Place of the first entry that was not read. */
  readAt: number
  /** Entries that were read or taken, and are not acknowledged. */
  outstanding = 0
  /** Damaged places that were skipped. */
  damaged = 0
  readonly #disk: Disk
  readonly #acknowledgements = new Acknowledgements()
  /** Whether this process wrote it: then its end and its acknowledgements are known. */
  readonly #isOwn: boolean
  /** Whether more may be appended. */
  #isOpen: boolean
  #file: DiskFile | undefined
  #end: number
  #isSynced: boolean
  // Acknowledged by an earlier process. Own acknowledgements are never read again.
  #acknowledged: ReadonlySet<number> = new Set()

  private constructor(disk: Disk, part: Part, number: number, end: number, file?: DiskFile) {
    this.#disk = disk
    this.part = part
    this.number = number
    this.#file = file
    this.#isOwn = file !== undefined
    this.#isOpen = this.#isOwn
    this.#isSynced = !this.#isOwn
    this.#end = end
    this.readAt = this.#isOwn ? end : 0
  }

  /** A new segment without entries. @throws the file system's error */
  static create(disk: Disk, part: Part, number: number, head: Buffer): Segment {
    const path = `${part.path}/${segmentName(number)}`
    const file = disk.open(path, 'create')
    try {
      writeAll(file, head, 0)
    } catch (error) {
      ignoreErrors(() => file.close())
      ignoreErrors(() => disk.remove(path))
      throw error
    }
    return new Segment(disk, part, number, head.length, file)
  }

  /** A segment of `bytes` bytes that another owner left. Opened when it is read. */
  static found(disk: Disk, part: Part, number: number, bytes: number): Segment {
    return new Segment(disk, part, number, bytes)
  }

  get path(): string {
    return `${this.part.path}/${segmentName(this.number)}`
  }

  /** Bytes of entries and acknowledgements on disk. */
  get bytes(): number {
    return this.#end + this.#acknowledgements.bytes
  }

  /** Where the next entry will stand. */
  get end(): number {
    return this.#end
  }

  get isUnread(): boolean {
    return this.readAt < this.#end
  }

  /** Whether nothing in it is of use any more. */
  get isDone(): boolean {
    return this.outstanding === 0 && !this.isUnread
  }

  /**
   * Appends entries. `syncs`: waits for the disk itself. `taken`: the file is another owner's, so nothing counts as stored.
   * @throws the file system's error; the file is as it was before, and nothing more may be appended
   */
  append(entries: Buffer, syncs: boolean, fence: Fence): 'stored' | 'taken' {
    const file = this.#file
    if (file === undefined || !this.#isOpen) throw new Error('the segment takes no more entries')
    try {
      writeAll(file, entries, this.#end)
      if (syncs) file.sync()
      // Still ours after the write: whoever takes the part later reads these entries, too.
      if (!fence.holds(this.path)) return 'taken'
    } catch (error) {
      // What is refused must not be found there by a later start: it has another place by then.
      ignoreErrors(() => file.truncate(this.#end))
      throw error
    }
    this.#end += entries.length
    this.#isSynced = syncs
    return 'stored'
  }

  /** Asks the disk itself to keep what was appended, without waiting. */
  syncSoon(failed: (error: unknown) => void): void {
    const file = this.#file
    if (file === undefined || this.#isSynced) return
    this.#isSynced = true
    file.syncSoon((error) => {
      // Closed meanwhile: then it was removed or synced by itself.
      if (error !== undefined && this.#file === file) failed(error)
    })
  }

  /** Takes no more entries. The disk itself keeps them, soon: the file is closed then. */
  sealSoon(failed: (error: unknown) => void): void {
    this.#isOpen = false
    const file = this.#file
    if (file !== undefined && !this.#isSynced) {
      this.#file = undefined
      syncAndClose(file, failed)
    }
    this.#isSynced = true
    this.close()
  }

  /** Takes no more entries. `syncs`: the disk itself has them afterwards. @throws the file system's error */
  seal(syncs: boolean): void {
    this.#isOpen = false
    try {
      if (syncs && !this.#isSynced) this.#file?.sync()
      this.#isSynced = true
    } finally {
      this.close()
    }
  }

  /**
   * Reads the next entries, at least one if there is any, and hands each to `take` with its place. Entries that
   * were acknowledged are left out, damage is skipped and counted.
   * @throws the file system's error
   */
  read(take: (entry: Entry, at: number) => void): void {
    const file = this.#openToRead()
    const takeNew = (entry: Entry, at: number) => {
      if (this.#acknowledged.has(this.readAt + at)) return
      this.outstanding++
      take(entry, this.readAt + at)
    }
    let chunk = this.#load(file, CHUNK_BYTES)
    let scan = scanEntries(chunk, this.#reachesEnd(chunk), takeNew)
    if (scan.needs > 0) {
      chunk = this.#load(file, scan.needs)
      scan = scanEntries(chunk, this.#reachesEnd(chunk) || chunk.length < scan.needs, takeNew)
    }
    this.damaged += scan.damaged
    this.readAt += scan.end
    // The owner before us may have written until the part was ours.
    if (!this.isUnread && !this.#isOwn) this.#end = Math.max(this.#end, file.bytes)
    if (!this.isUnread && !this.#isOpen) this.close()
  }

  /** `lines` entries up to `end` are in memory: nobody has to read them. */
  skip(end: number, lines: number): void {
    this.readAt = end
    this.outstanding += lines
  }

  /** The entry at `at` has reached its end. Written down by {@link writeAcknowledgements}. */
  acknowledge(at: number): void {
    this.outstanding--
    this.#acknowledgements.add(at)
  }

  /** Writes down what was acknowledged since the last time. @throws the file system's error */
  writeAcknowledgements(): void {
    this.#acknowledgements.write(this.#disk, this.#acknowledgementsPath)
    // One that is written to has acknowledgements often; a thousand others must not hold a thousand descriptors.
    if (!this.#isOpen) this.#acknowledgements.close()
  }

  /** Closes the files and leaves them. */
  close(): void {
    const file = this.#file
    this.#file = undefined
    if (file !== undefined) ignoreErrors(() => file.close())
    this.#acknowledgements.close()
  }

  /** Closes and deletes the files. @throws the file system's error; acknowledgements stay with the entries then */
  remove(): void {
    this.close()
    // The entries first: acknowledgements without entries do no harm, the other way round sends them again.
    this.#disk.remove(this.path)
    ignoreErrors(() => this.#disk.remove(this.#acknowledgementsPath))
  }

  get #acknowledgementsPath(): string {
    return `${this.part.path}/${acknowledgementsName(this.number)}`
  }

  #openToRead(): DiskFile {
    if (this.#file !== undefined) return this.#file
    const file = this.#disk.open(this.path, 'read')
    try {
      if (!this.#isOwn && this.readAt === 0) {
        const { end } = readHeadOf(file)
        this.#acknowledged = this.#acknowledgements.read(this.#disk, this.#acknowledgementsPath)
        this.#end = file.bytes
        this.readAt = end
      }
    } catch (error) {
      ignoreErrors(() => file.close())
      throw error
    }
    this.#file = file
    return file
  }

  #reachesEnd(chunk: Buffer): boolean {
    return this.readAt + chunk.length >= this.#end
  }

  /** The next bytes to be read, at most `bytes` and at most what there is. */
  #load(file: DiskFile, bytes: number): Buffer {
    const chunk = Buffer.allocUnsafe(Math.max(0, Math.min(bytes, this.#end - this.readAt)))
    const got = file.read(chunk, this.readAt)
    if (got < chunk.length) {
      // The file is shorter than it was: somebody has cut it.
      this.#end = this.readAt + got
      this.damaged++
    }
    return chunk.subarray(0, got)
  }
}
