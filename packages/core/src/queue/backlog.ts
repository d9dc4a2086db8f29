/**
 * lane ⇄ disk: which lines go to the spool, and when they come back.
 *
 * Bounded by: half of the buffer, up to which lines are read back, and the spool's own bound. At the bound: lines stay
 * on disk; the spool gives up its oldest and says so. At close: nothing is read any more, what is in memory only
 * is written. Heard by: the ledger, the trouble stage.
 *
 * `always`: every line is on disk before anything else, and in memory too while there is room and nothing older waits
 * on disk. `overflow`: only what does not fit into memory, and what comes after it.
 */

import type { Clock } from '../clock.ts'
import type { WarningCode } from '../codes.ts'
import type { DropReason, WarningEvent } from '../events.ts'
import { type Ledger, PAST } from '../stats.ts'
import type { Batcher } from './batcher.ts'
import type { Lane } from './lane.ts'
import type { Lanes } from './lanes.ts'
import { type LineStore, NONE } from './line-store.ts'
import type { Overflow } from './overflow.ts'

/** A line that comes back from disk; `line` is valid during the call only. */
export interface LineOnDisk {
  readonly id: number
  readonly key: string
  readonly line: Uint8Array
  readonly writtenAt: number
  /** `undefined`: written by an earlier process. */
  readonly epoch: number | undefined
}

/** The disk queue as seen from here. */
export interface Disk {
  readonly bytes: number
  readonly hasUnread: boolean
  /** Whether it takes lines at the moment. */
  readonly isWritable: boolean
  append(
    key: string,
    line: string | Uint8Array,
    writtenAt: number,
    epoch: number,
    isInMemory: boolean
  ): number | undefined
  read(take: (line: LineOnDisk) => void): void
  acknowledge(id: number): void
  writeAcks(): void
  flush(): void
  startLast(): void
  tend(): void
  syncSoon(): void
  close(): void
}

/** What the disk queue tells. */
export interface DiskListener {
  stored(epoch: number, lines: number): void
  refused(line: LineOnDisk, isInMemory: boolean): void
  givenUp(line: LineOnDisk): void
  exposed(from: number, to: number): void
  damaged(places: number): void
  failed(error: unknown): void
}

export interface BacklogParts {
  readonly open: (listener: DiskListener) => Disk
  readonly mode: 'overflow' | 'always'
  readonly clock: Clock
  readonly store: LineStore
  readonly ledger: Ledger
  readonly overflow: Overflow
  readonly lanes: Lanes
  readonly batcher: Batcher
  readonly dropped: (reason: DropReason, lines: number, bytes: number) => void
  readonly warn: (event: WarningEvent) => void
}

export class Backlog {
  readonly #parts: BacklogParts
  readonly #disk: Disk
  #givenUp = { lines: 0, bytes: 0 }
  #isClosed = false
  /** Damaged places that were skipped. */
  damaged = 0

  /** @throws the error of `open` */
  constructor(parts: BacklogParts) {
    this.#parts = parts
    this.#disk = parts.open({
      stored: (epoch, lines) => parts.ledger.settle(epoch, 'spooled', lines),
      refused: (line, isInMemory) => this.#refused(line, isInMemory),
      givenUp: (line) => this.#gaveUp(line),
      exposed: (from, to) => this.#exposed(from, to),
      damaged: (places) => this.#sawDamage(places),
      failed: (error) => this.#failed(error)
    })
  }

  /** Bytes on disk. */
  get bytes(): number {
    return this.#disk.bytes
  }

  /** Whether lines wait on disk for their turn. */
  get isWaiting(): boolean {
    return this.#disk.hasUnread
  }

  /** Whether the next line that does not fit into memory will go to disk. */
  get hasRoom(): boolean {
    return this.#parts.overflow.spills && this.#disk.isWritable
  }

  /** Takes a line if it is one for the disk. False: it goes the usual way. */
  take(line: string | Uint8Array, key: string): boolean {
    const { mode, clock, store, ledger, overflow, lanes } = this.#parts
    const goesToMemory = !this.#disk.hasUnread && overflow.fits(line.length)
    if (mode === 'overflow' && (goesToMemory || !overflow.spills)) return false
    const now = clock.now()
    const id = this.#disk.append(key, line, now, ledger.epoch, goesToMemory)
    if (id === undefined) return false
    const epoch = ledger.write()
    if (goesToMemory) this.#push(lanes.get(key), store.put(line, now, epoch, id))
    return true
  }

  /** Reads lines back while there is room. */
  refill(): void {
    if (this.#isClosed) return
    while (this.#disk.hasUnread && this.#parts.overflow.isHalfEmpty)
      this.#disk.read((line) => this.#load(line))
  }

  /** A line in memory that is on disk too has reached its end. */
  acknowledge(spoolId: number): void {
    this.#disk.acknowledge(spoolId)
  }

  /** To be called after a group of the above. */
  writeAcks(): void {
    this.#disk.writeAcks()
  }

  /** What {@link save} puts on disk is older than all that is unread there. */
  startLast(): void {
    this.#disk.startLast()
  }

  /** Puts a line of the memory on disk, for after the end of this process. False: the disk does not take it. */
  save({ key }: Lane, line: number): boolean {
    const { store, ledger } = this.#parts
    const epoch = store.epoch(line)
    const id = this.#disk.append(key, store.view(line), store.writtenAt(line), epoch, false)
    if (id === undefined) return store.spoolId(line) !== NONE
    if (store.spoolId(line) === NONE) return true
    // It is on disk twice now: the old place is given up, because it is behind younger lines.
    ledger.unsettle(epoch)
    this.#disk.acknowledge(store.spoolId(line))
    return true
  }

  /** Writes what was appended. */
  flush(): void {
    this.#disk.flush()
  }

  /** Says that we are alive, and takes over what other processes left. */
  tend(): void {
    if (!this.#isClosed) this.#disk.tend()
  }

  /** Asks the disk to keep what was written, even without power. */
  syncSoon(): void {
    if (!this.#isClosed) this.#disk.syncSoon()
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#disk.close()
  }

  #load({ id, key, line, writtenAt, epoch }: LineOnDisk): void {
    const { store, lanes, ledger } = this.#parts
    if (epoch === undefined) ledger.recover()
    this.#push(lanes.get(key), store.put(line, writtenAt, epoch ?? PAST, id))
  }

  #push(lane: Lane, line: number): void {
    lane.push(line)
    this.#parts.batcher.offer(lane)
  }

  /** The next best place is the memory, even a little above its bound: the line was admitted already. */
  #refused({ id, key, line, writtenAt, epoch }: LineOnDisk, isInMemory: boolean): void {
    const { store, lanes } = this.#parts
    if (isInMemory) store.forgetSpoolIds(id, id + 1)
    else this.#push(lanes.get(key), store.put(line, writtenAt, epoch ?? PAST))
  }

  #gaveUp({ epoch, line }: LineOnDisk): void {
    const { ledger } = this.#parts
    if (epoch === undefined) ledger.recover()
    ledger.endSpooled(epoch ?? PAST, 'dropped')
    // One report for the many lines of a segment.
    if (this.#givenUp.lines === 0) queueMicrotask(() => this.#tellGivenUp())
    this.#givenUp.lines++
    this.#givenUp.bytes += line.length
  }

  #tellGivenUp(): void {
    const { lines, bytes } = this.#givenUp
    this.#givenUp = { lines: 0, bytes: 0 }
    this.#parts.dropped('spool-full', lines, bytes)
  }

  #exposed(from: number, to: number): void {
    const { store, ledger } = this.#parts
    for (const line of store.forgetSpoolIds(from, to)) ledger.unsettle(store.epoch(line))
  }

  #sawDamage(places: number): void {
    this.damaged += places
    this.#parts.warn({
      code: 'SPOOL_DAMAGED' satisfies WarningCode,
      message: `${places} damaged place${places === 1 ? '' : 's'} of the spool skipped`,
      cure: 'what could be read is sent; a torn end is normal after a crash, anything else is worth a look at the disk'
    })
  }

  #failed(error: unknown): void {
    this.#parts.warn({
      code: 'SPOOL' satisfies WarningCode,
      message: `the spool cannot be written: ${error instanceof Error ? error.message : String(error)}`,
      cure: 'check space and permissions of spool.dir; lines stay in memory meanwhile, and the disk is tried again'
    })
  }
}
