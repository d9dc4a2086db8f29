/**
 * All segments that are ours, oldest first, and which line stands where.
 *
 * Bounded by: the spool, which gives up the oldest. A line's id is the number of its segment in this process and the
 * place in it.
 */
import { ignoreErrors } from './disk.ts'
import { byAge } from './names.ts'
import type { Part } from './part.ts'
import type { Segment } from './segment.ts'
import type { SpooledLine } from './spool-events.ts'

/** Far more than a segment is long. */
const ID_SPAN = 2 ** 32

export class Segments {
  #all: Segment[] = []
  #unread: Segment[] = []
  readonly #byNumber = new Map<number, Segment>()
  /** With acknowledgements that are not written down. */
  readonly #acknowledged = new Set<Segment>()
  /** Of no use any more, and still there. */
  readonly #unremoved = new Set<Segment>()
  #next = 0
  #bytes = 0

  /** Bytes on disk. */
  get bytes(): number {
    return this.#bytes
  }

  get oldest(): Segment | undefined {
    return this.#all[0]
  }

  get hasUnread(): boolean {
    return this.#unread.length > 0
  }

  /** The one that {@link SpooledLine}s come from next. */
  get nextToRead(): Segment | undefined {
    return this.#unread[0]
  }

  /** The parts that they stand in. */
  get parts(): Part[] {
    return [...new Set(this.#all.map(({ part }) => part))]
  }

  [Symbol.iterator](): Iterator<Segment> {
    return this.#all.values()
  }

  has(segment: Segment): boolean {
    return this.#byNumber.get(segment.firstId / ID_SPAN) === segment
  }

  /** The ids of a segment's stored lines, up to the second: not of those that are being written. */
  idsOf({ firstId, end }: Segment): { readonly from: number; readonly to: number } {
    return { from: firstId, to: firstId + end }
  }

  insert(segment: Segment): void {
    const number = this.#next++
    this.#byNumber.set(number, segment)
    segment.firstId = number * ID_SPAN
    insertSorted(this.#all, segment)
    segment.part.segments++
    this.#bytes += segment.bytes
    this.listUnread(segment)
  }

  /** To be called when a segment has something to be read. */
  listUnread(segment: Segment): void {
    if (segment.isUnread && !this.#unread.includes(segment)) insertSorted(this.#unread, segment)
  }

  /** Bytes were appended to a segment. */
  grew(bytes: number): void {
    this.#bytes += bytes
  }

  /** Hands out the next unread lines of a segment. @throws the file system's error */
  read(segment: Segment, take: (line: SpooledLine) => void): void {
    const before = segment.bytes
    const { epochs, firstId } = segment
    try {
      segment.read((entry, at) => {
        // Places go up, also from one call to the next.
        while ((epochs[segment.epochAt + 1]?.from ?? Number.POSITIVE_INFINITY) <= at) segment.epochAt++
        take({ ...entry, id: firstId + at, epoch: epochs[segment.epochAt]?.epoch })
      })
    } finally {
      this.#bytes += segment.bytes - before
      if (!segment.isUnread) this.forgetUnread(segment)
    }
  }

  /** Nothing more is read from a segment. */
  forgetUnread(segment: Segment): void {
    const at = this.#unread.indexOf(segment)
    if (at >= 0) this.#unread.splice(at, 1)
  }

  acknowledge(id: number): void {
    const segment = this.#byNumber.get(Math.floor(id / ID_SPAN))
    if (segment === undefined) return
    segment.acknowledge(id % ID_SPAN)
    this.#acknowledged.add(segment)
  }

  /**
   * Writes down what was acknowledged, and deletes segments that are of no use any more, but for `open`. `failed` hears
   * of each that could not be written: not lost, but sent again after a restart, unless a later call succeeds.
   */
  writeAcknowledgements(open: Segment | undefined, failed: (error: unknown) => void): void {
    for (const segment of this.#acknowledged) {
      if (segment.isDone && segment !== open) {
        this.remove(segment)
        continue
      }
      const before = segment.bytes
      try {
        segment.writeAcknowledgements()
        this.#acknowledged.delete(segment)
      } catch (error) {
        failed(error)
      }
      this.#bytes += segment.bytes - before
    }
  }

  /**
   * Closes and deletes a segment, and its part with the last one. If the disk does not let it go, it stays listed and counted,
   * with its acknowledgements written down; {@link retryRemovals} tries again.
   */
  remove(segment: Segment): void {
    if (!this.has(segment)) return
    try {
      segment.remove()
    } catch {
      this.#unremoved.add(segment)
      ignoreErrors(() => segment.writeAcknowledgements())
      this.#acknowledged.delete(segment)
      return
    }
    this.forget(segment)
    if (segment.part.segments === 0) segment.part.remove()
  }

  /** Deletes what could not be deleted before. */
  retryRemovals(): void {
    for (const segment of [...this.#unremoved]) this.remove(segment)
  }

  /** Closes and forgets a segment; its files stay. */
  forget(segment: Segment): void {
    segment.close()
    this.forgetUnread(segment)
    this.#all.splice(this.#all.indexOf(segment), 1)
    this.#byNumber.delete(segment.firstId / ID_SPAN)
    this.#acknowledged.delete(segment)
    this.#unremoved.delete(segment)
    this.#bytes -= segment.bytes
    segment.part.segments--
  }

  /** Segments of a part, oldest first. */
  ofPart(part: Part): Segment[] {
    return this.#all.filter((segment) => segment.part === part)
  }
}

/** Mostly the last place: the search begins there. */
function insertSorted(segments: Segment[], segment: Segment): void {
  let at = segments.length
  for (; at > 0; at--) {
    const before = segments[at - 1]
    if (before === undefined || isBefore(before, segment)) break
  }
  segments.splice(at, 0, segment)
}

function isBefore(a: Segment, b: Segment): boolean {
  if (a.part !== b.part) return byAge(a.part.name, b.part.name) < 0
  return a.number < b.number
}
