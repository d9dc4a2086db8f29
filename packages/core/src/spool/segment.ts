/**
 * One file of the spool. Entries are appended at its end, read once from its beginning, and acknowledged.
 *
 * Bounded by: the spool, which begins a new segment at a certain size. It holds a descriptor only while it is written or read,
 * and is deleted when all its entries are acknowledged.
 */
import { Acknowledgements } from './acknowledgements.ts'
import { type Disk, type DiskFile, ignoreErrors, syncAndClose, writeAll } from './disk.ts'
import { type Entry, scanEntries } from './entry.ts'
import type { Fence } from './fence.ts'
import { acknowledgementsName, segmentName } from './names.ts'
import type { Part } from './part.ts'
import { ReadAttempts } from './read-attempts.ts'
import { readHeadOf } from './segment-head.ts'
import { UnreadLines } from './unread-lines.ts'

const CHUNK_BYTES = 262_144

export class Segment {
  readonly part: Part
  readonly number: number
  /** The id of place 0. segments.ts sets it. */
  firstId = -1
  readonly unread = new UnreadLines()
  readonly attempts = new ReadAttempts()
  /** The place of the first unread entry. */
  readAt: number
  /** Entries that were read or skipped, and are not acknowledged. */
  outstanding = 0
  readonly #disk: Disk
  readonly #acknowledgements = new Acknowledgements()
  /** Whether this process wrote the segment. Then its end and its acknowledgements are known. */
  readonly #isOwn: boolean
  /** Whether more may be appended. */
  #isOpen: boolean
  #file: DiskFile | undefined
  #end: number
  #isSynced: boolean
  // Places that an earlier process acknowledged. Our own acknowledgements are never read again.
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

  /** A segment of `bytes` bytes that another owner left. It is opened when it is read. */
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

  /** The place of the next entry. */
  get end(): number {
    return this.#end
  }

  get isUnread(): boolean {
    return this.readAt < this.#end
  }

  /** Whether all entries are read and acknowledged. */
  get isDone(): boolean {
    return this.outstanding === 0 && !this.isUnread
  }

  /**
   * Appends entries. `syncs`: syncs them to the disk. `taken`: the file has another owner, so nothing counts as stored.
   * @throws the file system's error. The file is as it was before, and no more may be appended
   */
  append(entries: Buffer, syncs: boolean, fence: Fence): 'stored' | 'taken' {
    const file = this.#file
    if (file === undefined || !this.#isOpen) throw new Error('the segment takes no more entries')
    try {
      writeAll(file, entries, this.#end)
      if (syncs) file.sync()
      // If the file is ours after the write, a later owner will read these entries, too.
      if (!fence.holds(this.path)) return 'taken'
    } catch (error) {
      // A later start must not find refused entries here, because they get another place.
      ignoreErrors(() => file.truncate(this.#end))
      throw error
    }
    this.#end += entries.length
    this.#isSynced = syncs
    return 'stored'
  }

  /** Syncs the appended entries to the disk, without waiting. */
  syncSoon(failed: (error: unknown) => void): void {
    const file = this.#file
    if (file === undefined || this.#isSynced) return
    this.#isSynced = true
    file.syncSoon((error) => {
      // If the file was closed meanwhile, it was removed, or synced by `seal`.
      if (error !== undefined && this.#file === file) failed(error)
    })
  }

  /** Takes no more entries. Syncs them without waiting, and then closes the file. */
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

  /** Takes no more entries. `syncs`: syncs them to the disk. @throws the file system's error */
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
   * Reads the next entries, at least one if there are any, and hands each to `take` with its place. Leaves out acknowledged
   * entries. Skips and counts damage.
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
    this.unread.skipped(scan.damaged, scan.damagedBytes)
    this.readAt += scan.end
    // The previous owner may have written until we took the part.
    if (!this.isUnread && !this.#isOwn) this.#end = Math.max(this.#end, file.bytes)
    if (!this.isUnread && !this.#isOpen) this.close()
  }

  /** Skips `lines` entries up to `end`, because they are in memory and need not be read. */
  skip(end: number, lines: number): void {
    this.readAt = end
    this.outstanding += lines
  }

  /** Acknowledges the entry at `at`. {@link writeAcknowledgements} writes that to the disk. */
  acknowledge(at: number): void {
    this.outstanding--
    this.#acknowledgements.add(at)
  }

  /** Writes the new acknowledgements. @throws the file system's error */
  writeAcknowledgements(): void {
    this.#acknowledgements.write(this.#disk, this.#acknowledgementsPath)
    // An open segment gets acknowledgements often, so its file stays open. A thousand others must not hold a thousand descriptors.
    if (!this.#isOpen) this.#acknowledgements.close()
  }

  /** Closes the files and keeps them. */
  close(): void {
    const file = this.#file
    this.#file = undefined
    if (file !== undefined) ignoreErrors(() => file.close())
    this.#acknowledgements.close()
  }

  /** Closes and deletes the files. @throws the file system's error. Then the acknowledgements stay with the entries */
  remove(): void {
    this.close()
    // Entries first: acknowledgements without entries do no harm, but entries without acknowledgements are sent again.
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
        const path = this.#acknowledgementsPath
        this.#acknowledged = this.#acknowledgements.read(this.#disk, path, this.attempts.isLast)
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

  /** Reads the next bytes: at most `bytes`, and at most the rest of the segment. */
  #load(file: DiskFile, bytes: number): Buffer {
    const chunk = Buffer.allocUnsafe(Math.max(0, Math.min(bytes, this.#end - this.readAt)))
    const got = file.read(chunk, this.readAt)
    if (got < chunk.length) {
      // Somebody has cut the file.
      this.unread.skipped(1, this.#end - this.readAt - got)
      this.#end = this.readAt + got
    }
    return chunk.subarray(0, got)
  }
}
