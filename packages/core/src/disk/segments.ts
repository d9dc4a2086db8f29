/**
 * All segments of a spool, oldest first, and which line stands where.
 *
 * Bounded by: the spool, which gives up the oldest. A line's id is the number of its segment and the place in it.
 */
import { join } from 'node:path'
import type { Entry } from './entry.ts'
import { segmentName, timeOf } from './folder.ts'
import { Segment } from './segment.ts'

/** A line in the spool, as it is handed back. */
export interface SpooledLine extends Entry {
  /** Names the line in {@link Segments.acknowledge}. */
  readonly id: number
  /** Of the flush it belongs to; `undefined` if an earlier process wrote it. */
  readonly epoch: number | undefined
}

export interface Part {
  readonly segment: Segment
  /** Id of what stands at place 0. */
  readonly firstId: number
  readonly isOwn: boolean
  /** From which place on the lines are of which epoch; empty in an adopted segment. */
  readonly epochs: { readonly from: number; readonly epoch: number }[]
}

// Far more than a segment is long.
const ID_SPAN = 2 ** 32

export class Segments {
  #parts: Part[] = []
  readonly #byNumber = new Map<number, Part>()
  readonly #damaged: (places: number) => void
  #numbers = 0
  #bytes = 0

  constructor(damaged: (places: number) => void) {
    this.#damaged = damaged
  }

  get count(): number {
    return this.#parts.length
  }

  /** Bytes on disk. */
  get bytes(): number {
    return this.#bytes
  }

  get oldest(): Part | undefined {
    return this.#parts[0]
  }

  get newest(): Part | undefined {
    return this.#parts.at(-1)
  }

  get hasUnread(): boolean {
    for (const { segment } of this.#parts) if (segment.isUnread) return true
    return false
  }

  [Symbol.iterator](): Iterator<Part> {
    return this.#parts.values()
  }

  /** A new segment, behind all others. @throws the file system's error */
  create(folder: string, nowMs: number): Part {
    const number = this.#numbers++
    // Younger than all that is here, even if the clock was set back.
    const newest = this.#parts.map(({ segment }) => timeOf(segment.path) + 1)
    const name = segmentName(Math.max(nowMs, ...newest), number)
    return this.#insert(number, Segment.create(join(folder, name)), true)
  }

  /** A new segment that the next start reads before all that is unread now. @throws the file system's error */
  createInFront(folder: string, nowMs: number): Part {
    const unread = this.#parts.find(({ segment }) => segment.isUnread)
    const number = this.#numbers++
    const beforeMs = unread === undefined ? nowMs : timeOf(unread.segment.path) - 1
    return this.#insert(number, Segment.create(join(folder, segmentName(beforeMs, number))), true)
  }

  /** A segment that somebody else left: in front of our own, because it is older. @throws the file system's error */
  adopt(path: string): void {
    this.#insert(this.#numbers++, Segment.adopt(path), false)
  }

  /** Bytes were appended to a segment. */
  grew(bytes: number): void {
    this.#bytes += bytes
  }

  /** Hands out the next unread lines of the oldest segment that has any. */
  read(take: (line: SpooledLine) => void): void {
    const part = this.#parts.find(({ segment }) => segment.isUnread)
    if (part !== undefined) this.#read(part, take)
  }

  acknowledge(id: number): void {
    this.#byNumber.get(Math.floor(id / ID_SPAN))?.segment.acknowledge(id % ID_SPAN)
  }

  /** Writes down what was acknowledged. `failed` hears of each segment where that is not possible. */
  writeAcks(failed: (error: unknown) => void): void {
    for (const { segment } of this.#parts) {
      const before = segment.bytes
      try {
        segment.writeAcks()
      } catch (error) {
        // Not lost, but sent again after a restart.
        failed(error)
      }
      this.#bytes += segment.bytes - before
    }
  }

  /** Deletes segments that are of no use any more, but for `open`. */
  removeDone(open: Part | undefined): void {
    for (const part of [...this.#parts]) {
      if (part.segment.isDone && part !== open) this.#remove(part)
    }
  }

  /** Gives up the oldest segment. `lost` hears of its unread lines; those in memory are no longer on disk. */
  giveUpOldest(lost: (line: SpooledLine) => void, exposed: (from: number, to: number) => void): void {
    const part = this.#parts[0]
    if (part === undefined) return
    while (part.segment.isUnread) {
      this.#read(part, (line) => {
        part.segment.outstanding--
        lost(line)
      })
    }
    if (part.segment.outstanding > 0) exposed(part.firstId, part.firstId + ID_SPAN)
    this.#remove(part)
  }

  /** Closes all files and forgets them; nothing is deleted. */
  letGo(exposed: (from: number, to: number) => void): void {
    for (const { segment, firstId } of this.#parts) {
      segment.close()
      if (segment.outstanding > 0) exposed(firstId, firstId + ID_SPAN)
    }
    this.#parts = []
    this.#byNumber.clear()
    this.#bytes = 0
  }

  #insert(number: number, segment: Segment, isOwn: boolean): Part {
    const part: Part = { segment, firstId: number * ID_SPAN, isOwn, epochs: [] }
    const before = isOwn ? -1 : this.#parts.findIndex((other) => other.isOwn)
    this.#parts.splice(before < 0 ? this.#parts.length : before, 0, part)
    this.#byNumber.set(number, part)
    this.#bytes += segment.bytes
    return part
  }

  #read({ segment, firstId, epochs }: Part, take: (line: SpooledLine) => void): void {
    const before = segment.damaged
    segment.read((entry, at) => {
      take({ ...entry, id: firstId + at, epoch: epochs.findLast((run) => run.from <= at)?.epoch })
    })
    if (segment.damaged > before) this.#damaged(segment.damaged - before)
  }

  #remove(part: Part): void {
    part.segment.remove()
    this.#parts = this.#parts.filter((other) => other !== part)
    this.#byNumber.delete(part.firstId / ID_SPAN)
    this.#bytes -= part.segment.bytes
  }
}
