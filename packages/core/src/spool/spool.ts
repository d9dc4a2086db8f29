/**
 * The disk queue: lines that are safe from the end of the process, first in, first out.
 *
 * Bounded by: `maxBytes` on disk. At the bound: the oldest segment is given up, its lines are counted. At close: what was not
 * read, or read but not acknowledged, stays for the next start. Heard by: the listener.
 */
import { Adoption } from './adoption.ts'
import { Claims } from './claims.ts'
import { type Disk, ignoreErrors, isPassing } from './disk.ts'
import { mostBytes } from './entry.ts'
import { LostParts } from './lost-parts.ts'
import { asideName, targetName } from './names.ts'
import type { Segment } from './segment.ts'
import { Segments } from './segments.ts'
import type { SpoolClock, SpooledLine, SpoolListener, SpoolSettings } from './spool-events.ts'
import { SpoolWriter } from './spool-writer.ts'

export class Spool {
  readonly #settings: SpoolSettings
  readonly #disk: Disk
  readonly #clock: SpoolClock
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
    this.#clock = clock
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
    this.#claims = new Claims(disk, dir, targetName(target), unlocked)
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

  /** Bytes on disk, and those on their way to it. */
  get bytes(): number {
    return this.#segments.bytes + this.#writer.pending.used
  }

  /** Whether there are lines that nobody has read, or may be: at first the folder is not known. */
  get hasUnread(): boolean {
    return this.#segments.hasUnread || this.#writer.pending.unread > 0 || this.#adoption.isFirst
  }

  /** Whether it is not known yet what stands in the folder; `found` is called when it is. */
  get isSearching(): boolean {
    return this.#adoption.isFirst
  }

  /** False for a while after a failure. */
  get isWritable(): boolean {
    return this.#writer.isWritable
  }

  /** To be called once at first: takes over what others left. */
  start(): Promise<void> {
    return this.#adoption.run(false)
  }

  /** To be called every `TICK_MS`: says that we live, and takes over what others left. */
  tick(): Promise<void> {
    if (!this.#claims.heartbeat(this.#clock.now())) this.#lostParts.startAnew()
    this.#segments.retryRemovals()
    if (this.#readFailed) this.#listener.found()
    return this.#adoption.run(true)
  }

  /**
   * Appends a line. `kind`, `value`: its route; `isInMemory`: it is on its way already and need not be read. Safe when
   * `stored` is called. Its id, or `undefined` if the disk does not take lines at the moment, or never one so large.
   */
  append(
    kind: number,
    value: string,
    line: string | Uint8Array,
    writtenAt: number,
    epoch: number,
    isInMemory: boolean
  ): number | undefined {
    return this.#writer.append(kind, value, line, writtenAt, epoch, isInMemory)
  }

  /** Whether it ever takes a line so large. */
  takes(value: string, line: Uint8Array): boolean {
    return this.#writer.takes(mostBytes(value, line))
  }

  /** Writes what was appended. */
  flush(): void {
    this.#writer.flush()
  }

  /** The end begins: from now on nothing is given up to make room, because nobody would be told. */
  beginEnd(): void {
    this.#isEnding = true
    this.flush()
    this.#lostParts.startAnewIfMissing()
  }

  /** From now on what is appended is older than all that is on disk, so the next start reads it first; until `endFront`. */
  beginFront(): void {
    this.#writer.beginFront()
  }

  endFront(): void {
    this.#writer.endFront()
  }

  /** Hands out the next unread lines, oldest first; some hundred KiB at a time. Never throws. False: none at the moment. */
  read(take: (line: SpooledLine) => void): boolean {
    this.flush()
    const segment = this.#segments.nextToRead
    // While the search goes on, older lines may still be found.
    if (segment === undefined || this.isSearching) return false
    const { damaged: before } = segment
    this.#readFailed = false
    try {
      this.#segments.read(segment, take)
    } catch (error) {
      if (isPassing(error)) {
        // The next tick tries again.
        this.#readFailed = true
        this.#listener.trouble({ kind: 'failed', error })
        return false
      }
      this.#setAside(segment, error)
    }
    const places = segment.damaged - before
    if (places > 0) this.#listener.trouble({ kind: 'damaged', places })
    if (segment.isDone && segment !== this.#writer.open) this.#segments.remove(segment)
    return true
  }

  /** A line has reached its end: it need not be sent again. Written down by {@link writeAcknowledgements}. */
  acknowledge(id: number): void {
    this.#segments.acknowledge(id)
  }

  /** Writes down what was acknowledged, and deletes what is of no use any more. */
  writeAcknowledgements(): void {
    if (!this.isWritable && !this.#isClosed) return
    this.#segments.writeAcknowledgements(this.#writer.open, (error) => this.#writer.fail(error))
  }

  /** Asks the disk to keep what was written, even without power; does not wait for it. */
  syncSoon(): void {
    this.#writer.syncSoon()
  }

  /** Writes everything down and lets go; what is not acknowledged stays. Synchronous: also for the last moment. */
  close(): void {
    if (this.#isClosed) return
    this.#writer.flush()
    this.#isClosed = true
    this.#adoption.close()
    this.writeAcknowledgements()
    this.#writer.seal(true)
    if (this.#settings.fsync !== 'never') ignoreErrors(() => this.#writer.syncNames())
    for (const segment of this.#segments) segment.close()
    this.#claims.release(this.#segments.parts)
  }

  /** Gives up the oldest segments until `bytes` more are within the bound; never the one that is appended to. */
  #makeRoom(bytes: number): void {
    while (!this.#isEnding && this.#segments.bytes + bytes > this.#settings.maxBytes) {
      const { oldest } = this.#segments
      if (oldest === undefined || oldest === this.#writer.open || !this.#giveUp(oldest)) return
    }
  }

  /** False: it cannot be read at the moment, so nobody could be told what was in it; or it cannot be removed. */
  #giveUp(segment: Segment): boolean {
    try {
      while (segment.isUnread) {
        this.#segments.read(segment, (line) => {
          segment.outstanding--
          this.#listener.givenUp(line)
        })
      }
    } catch (error) {
      if (isPassing(error)) return false
      this.#setAside(segment, error)
      return true
    }
    const { from, to } = this.#segments.idsOf(segment)
    if (segment.outstanding > 0) this.#listener.exposed(from, to, true)
    segment.outstanding = 0
    this.#segments.remove(segment)
    return !this.#segments.has(segment)
  }

  /** A file that cannot be read goes out of the way under another name, for an operator; the rest goes on. */
  #setAside(segment: Segment, error: unknown): void {
    const path = `${this.#settings.dir}/${asideName(segment.part.name, segment.number)}`
    const old = segment.path
    this.#lostParts.forget(segment)
    ignoreErrors(() => this.#disk.rename(old, path))
    if (segment.part.segments === 0) segment.part.remove()
    this.#listener.trouble({ kind: 'unreadable', path: this.#disk.exists(path) ? path : old, error })
  }

  /** The open segment is not there: its part has another owner, or somebody has deleted files. */
  #lost(segment: Segment): void {
    this.#lostParts.startAnew()
    if (!this.#segments.has(segment)) return
    // Whatever does this to files may do it again: not a thousand times a second.
    this.#setAside(segment, this.#writer.fail(new Error('the file is gone')))
  }
}
