/**
 * All our segments, oldest first, and the places of their lines.
 *
 * Bounded by: the spool, which gives up the oldest. The id of a line is made of the number of its segment in this process and
 * the place in the segment.
 */
import { ignoreErrors } from './disk.ts'
import { byAge } from './names.ts'
import type { Part } from './part.ts'
import type { Segment } from './segment.ts'
import type { SpooledLine } from './spool-events.ts'

/** Far more than the length of a segment. */
const ID_SPAN = 2 ** 32

export class Segments {
  #all: Segment[] = []
  #unread: Segment[] = []
  readonly #byNumber = new Map<number, Segment>()
  /** Segments with acknowledgements that are not written yet. */
  readonly #acknowledged = new Set<Segment>()
  /** Segments that are done, but could not be deleted. */
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

  /** The segment with the oldest unread lines. */
  get nextToRead(): Segment | undefined {
    return this.#unread[0]
  }

  /** The parts of all segments. */
  get parts(): Part[] {
    return [...new Set(this.#all.map(({ part }) => part))]
  }

  [Symbol.iterator](): Iterator<Segment> {
    return this.#all.values()
  }

  has(segment: Segment): boolean {
    return this.#byNumber.get(segment.firstId / ID_SPAN) === segment
  }

  /** The ids of a segment's stored lines: from `from` up to `to`, which is excluded. Buffered lines have higher ids. */
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

  /** To be called when a segment has unread lines. */
  listUnread(segment: Segment): void {
    if (segment.isUnread && !this.#unread.includes(segment)) insertSorted(this.#unread, segment)
  }

  /** Counts bytes that were appended to a segment. */
  grew(bytes: number): void {
    this.#bytes += bytes
  }

  /** Hands out the next unread lines of a segment. @throws the file system's error */
  read(segment: Segment, take: (line: SpooledLine) => void): void {
    const before = segment.bytes
    const { unread, firstId } = segment
    try {
      segment.read((entry, at) => {
        take({ ...entry, id: firstId + at, epoch: unread.read(at) })
      })
      segment.attempts.succeeded()
    } finally {
      this.#bytes += segment.bytes - before
      if (!segment.isUnread) this.forgetUnread(segment)
    }
  }

  /** Removes a segment from the unread ones. */
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
   * Writes the acknowledgements, and deletes segments that are done, except `open`. `failed` receives the error of each segment
   * that could not be written. A later call tries again; without it, a restart would send its lines again.
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
   * Closes and deletes a segment. With the last segment of a part it deletes the part. If the deletion fails, the segment stays
   * listed and counted, its acknowledgements are written, and {@link retryRemovals} tries again.
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

  /** Tries failed deletions again. */
  retryRemovals(): void {
    for (const segment of [...this.#unremoved]) this.remove(segment)
  }

  /** Closes and forgets a segment. Its files stay. */
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

  /** The segments of a part, oldest first. */
  ofPart(part: Part): Segment[] {
    return this.#all.filter((segment) => segment.part === part)
  }
}

/** Inserts a segment by age. It mostly belongs at the end, so the search begins there. */
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
