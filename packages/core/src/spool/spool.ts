/**
 * The disk queue: lines that survive the end of the process, first in, first out.
 *
 * Bounded by: `maxBytes` on disk. At the bound: the oldest segment is given up, and its lines are counted. At close: lines that
 * are not acknowledged stay for the next start.
 */
import { UNCOUNTED } from '../delivery/ledger.ts'
import { Adoption } from './adoption.ts'
import { Claims } from './claims.ts'
import { codeOf, type Disk, ignoreErrors } from './disk.ts'
import { mostBytes, NOTICE } from './entry.ts'
import { LostParts } from './lost-parts.ts'
import { asideName, targetName } from './names.ts'
import type { Segment } from './segment.ts'
import { Segments } from './segments.ts'
import type { SpoolClock, SpooledLine, SpoolListener, SpoolSettings } from './spool-events.ts'
import { SpoolWriter } from './spool-writer.ts'

export class Spool {
  readonly #settings: SpoolSettings
  readonly #disk: Disk
  readonly #listener: SpoolListener
  readonly #segments = new Segments()
  readonly #claims: Claims
  readonly #adoption: Adoption
  readonly #writer: SpoolWriter
  readonly #lostParts: LostParts
  #readFailed = false
  #isEnding = false
  #isClosed = false

  /** @throws the file system's error if the folder cannot be written */
  constructor(settings: SpoolSettings, disk: Disk, clock: SpoolClock, listener: SpoolListener) {
    const { dir, target } = settings
    this.#settings = settings
    this.#disk = disk
    this.#listener = listener
    this.#writer = new SpoolWriter({
      settings,
      disk,
      clock,
      segments: this.#segments,
      listener,
      newPart: () => this.#claims.newPart(),
      makeRoom: (bytes) => this.#makeRoom(bytes),
      lost: (segment) => this.#lost(segment),
      missing: () => this.#lostParts.startAnewIfMissing()
    })
    const unlocked = (reason: string) => listener.trouble({ kind: 'unlocked', reason })
    this.#claims = new Claims(disk, dir, targetName(target), clock, unlocked)
    this.#adoption = new Adoption(disk, dir, this.#claims, this.#segments, listener)
    this.#lostParts = new LostParts({
      disk,
      claims: this.#claims,
      segments: this.#segments,
      listener,
      left: (parts) => this.#writer.leaveParts(parts),
      failed: (error) => this.#writer.fail(error)
    })
  }

  /** Bytes on disk and in the buffer. */
  get bytes(): number {
    return this.#segments.bytes + this.#writer.pending.used
  }

  /** Whether there are unread lines. Also true until the folder is searched for the first time. */
  get hasUnread(): boolean {
    return this.#segments.hasUnread || this.#writer.pending.unread > 0 || this.#adoption.isFirst
  }

  /** Whether the first search is not done yet. `found` is called after it. */
  get isSearching(): boolean {
    return this.#adoption.isFirst
  }

  /** False for a while after a failure. */
  get isWritable(): boolean {
    return this.#writer.isWritable
  }

  /** Takes over the parts of dead owners. To be called once, at first. */
  start(): Promise<void> {
    return this.#adoption.run(false)
  }

  /** Gives our heartbeat, and takes over the parts of dead owners. To be called every `TICK_MS`. */
  tick(): Promise<void> {
    if (!this.#claims.heartbeat()) this.#lostParts.startAnew()
    this.#segments.retryRemovals()
    if (this.#readFailed) this.#listener.found()
    return this.#adoption.run(true)
  }

  /**
   * Appends a line. It is safe when `stored` is called. `kind`, `value`: its route. `isInMemory`: it is also in memory, so it need
   * not be read. Returns its id; `undefined` if the disk takes no lines now, or if the line is too large.
   */
  append(
    kind: number,
    value: string,
    line: string | Uint8Array,
    writtenAt: number,
    epoch: number,
    isInMemory: boolean
  ): number | undefined {
    // The next process must know it, too.
    const kindOnDisk = epoch === UNCOUNTED ? kind | NOTICE : kind
    return this.#writer.append(kindOnDisk, value, line, writtenAt, epoch, isInMemory)
  }

  /** Whether a line is small enough. */
  takes(value: string, line: Uint8Array): boolean {
    return this.#writer.takes(mostBytes(value, line))
  }

  /** Writes the buffer. */
  flush(): void {
    this.#writer.flush()
  }

  /** The end begins. From now on nothing is given up to make room, because no event would report it. */
  beginEnd(): void {
    this.#isEnding = true
    this.flush()
    this.#lostParts.startAnewIfMissing()
  }

  /** From now on until `endFront`, appended lines are older than all on disk: the next start reads them first. */
  beginFront(): void {
    this.#writer.beginFront()
  }

  endFront(): void {
    this.#writer.endFront()
  }

  /** Hands out the next unread lines, oldest first, some hundred KiB at a time. False: there are none now. Never throws. */
  read(take: (line: SpooledLine) => void): boolean {
    this.flush()
    const segment = this.#segments.nextToRead
    // The first search may still find older lines.
    if (segment === undefined || this.isSearching) return false
    const { damaged: before } = segment.unread
    this.#readFailed = false
    try {
      this.#segments.read(segment, take)
    } catch (error) {
      if (this.#isTaken(error)) return true
      if (segment.attempts.failed(error)) {
        // The next tick tries again.
        this.#readFailed = true
        this.#listener.trouble({ kind: 'failed', error })
        return false
      }
      this.#setAside(segment, error)
    }
    const places = segment.unread.damaged - before
    if (places > 0) this.#listener.trouble({ kind: 'damaged', places })
    if (!segment.isUnread) this.#lostParts.tellLost(segment)
    if (segment.isDone && segment !== this.#writer.open) this.#segments.remove(segment)
    return true
  }

  /** Acknowledges a settled line, so that it is not sent again. {@link writeAcknowledgements} writes that to the disk. */
  acknowledge(id: number): void {
    this.#segments.acknowledge(id)
  }

  /** Writes the acknowledgements, and deletes segments that are done. */
  writeAcknowledgements(): void {
    if (!this.isWritable && !this.#isClosed) return
    this.#segments.writeAcknowledgements(this.#writer.open, (error) => {
      if (!this.#isTaken(error)) this.#writer.fail(error)
    })
  }

  /** Syncs everything to the disk, without waiting. */
  syncSoon(): void {
    this.#writer.syncSoon()
  }

  /** Writes everything, and gives parts and lock back. Lines that are not acknowledged stay. Synchronous, for an `exit` listener. */
  close(): void {
    if (this.#isClosed) return
    this.#writer.flush()
    this.#isClosed = true
    this.#adoption.close()
    this.writeAcknowledgements()
    this.#writer.close()
    for (const segment of this.#segments) segment.close()
    this.#claims.release(this.#segments.parts)
  }

  /** Gives up the oldest segments until `bytes` more fit. Never gives up the open one. */
  #makeRoom(bytes: number): void {
    while (!this.#isEnding && this.#segments.bytes + bytes > this.#settings.maxBytes) {
      const { oldest } = this.#segments
      if (oldest === undefined || oldest === this.#writer.open || !this.#giveUp(oldest)) return
    }
  }

  /** Gives a segment up. False: it cannot be read now, so its lines could not be reported, or it cannot be deleted. */
  #giveUp(segment: Segment): boolean {
    try {
      while (segment.isUnread) {
        this.#segments.read(segment, (line) => {
          segment.outstanding--
          this.#listener.givenUp(line)
        })
      }
    } catch (error) {
      if (this.#isTaken(error)) return !this.#segments.has(segment)
      if (segment.attempts.failed(error)) return false
      this.#setAside(segment, error)
      return !this.#segments.has(segment)
    }
    this.#lostParts.tellLost(segment)
    const { from, to } = this.#segments.idsOf(segment)
    if (segment.outstanding > 0) this.#listener.exposed(from, to, true)
    segment.outstanding = 0
    this.#segments.remove(segment)
    return !this.#segments.has(segment)
  }

  /** Whether a failure comes from a part that is not ours any more. Then its segments are forgotten now. */
  #isTaken(error: unknown): boolean {
    return codeOf(error) === 'ENOENT' && this.#lostParts.startAnewIfMissing()
  }

  /** Renames a file that cannot be read, for an operator to look at. The other files are sent. */
  #setAside(segment: Segment, error: unknown): void {
    const path = `${this.#settings.dir}/${asideName(segment.part.name, segment.number)}`
    const old = segment.path
    this.#lostParts.giveUp(segment)
    ignoreErrors(() => this.#disk.rename(old, path))
    if (segment.part.segments === 0) segment.part.remove()
    this.#listener.trouble({ kind: 'unreadable', path: this.#disk.exists(path) ? path : old, error })
  }

  /** The open segment is missing: its part has another owner, or somebody has deleted files. */
  #lost(segment: Segment): void {
    this.#lostParts.startAnew()
    if (!this.#segments.has(segment)) return
    // The disk rests, because the deletion may repeat.
    this.#setAside(segment, this.#writer.fail(new Error('the file is gone')))
  }
}
