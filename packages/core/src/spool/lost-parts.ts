/**
 * Handles parts that are not ours any more: another process has taken them, or somebody has deleted them. Their lines that are
 * also in memory count as not spooled from then on; those that somebody deleted and that are nowhere else, as lost. Our other
 * parts get another name.
 */
import type { Claims } from './claims.ts'
import { type Disk, ignoreErrors } from './disk.ts'
import type { Part } from './part.ts'
import type { Segment } from './segment.ts'
import type { Segments } from './segments.ts'
import type { SpoolListener } from './spool-events.ts'

export interface LossParts {
  readonly disk: Disk
  readonly claims: Claims
  readonly segments: Segments
  readonly listener: Pick<SpoolListener, 'exposed' | 'lost' | 'trouble'>
  /** Tells the writer to write no more to these parts. */
  left(parts: readonly Part[]): void
  failed(error: unknown): void
}

export class LostParts {
  readonly #parts: LossParts

  constructor(parts: LossParts) {
    this.#parts = parts
  }

  /** Gives up the lost parts, and moves the rest to a new owner's name. */
  startAnew(): void {
    const { claims, segments, failed } = this.#parts
    this.#leave(this.#missing)
    try {
      this.#leave(claims.startAnew(segments.parts))
    } catch (error) {
      failed(error)
    }
  }

  /** The same, if a part is missing. Returns whether one was. */
  startAnewIfMissing(): boolean {
    const isMissing = this.#missing.length > 0
    if (isMissing) this.startAnew()
    return isMissing
  }

  /** Forgets a segment that nobody sends. Its lines that are also in memory are not spooled any more, and the others are lost. */
  giveUp(segment: Segment): void {
    this.tellLost(segment)
    this.#forget(segment)
  }

  /** Tells which lines of a segment are lost, after it was read to its end, or if it cannot be read any more. */
  tellLost({ unread, end, readAt }: Segment): void {
    const { lost, bytes } = unread.takeLost(Math.max(0, end - readAt))
    if (lost.length > 0) this.#parts.listener.lost(lost, bytes)
  }

  #forget(segment: Segment): void {
    const { segments, listener } = this.#parts
    const { from, to } = segments.idsOf(segment)
    const isExposed = segment.outstanding > 0
    segments.forget(segment)
    if (isExposed) listener.exposed(from, to, false)
  }

  get #missing(): Part[] {
    const { disk, segments } = this.#parts
    return segments.parts.filter((part) => !disk.exists(part.path))
  }

  #leave(lost: readonly Part[]): void {
    if (lost.length === 0) return
    const { claims, segments, listener, left } = this.#parts
    let taken: readonly Part[] = []
    ignoreErrors(() => {
      taken = lost.filter((part) => claims.isTaken(part))
    })
    for (const part of lost) {
      for (const segment of segments.ofPart(part)) {
        // Its new owner counts and sends the lines: here they stay spooled.
        if (taken.includes(part)) this.#forget(segment)
        else this.giveUp(segment)
      }
    }
    left(lost)
    if (taken.length > 0) listener.trouble({ kind: 'taken', parts: taken.length })
    if (taken.length < lost.length) listener.trouble({ kind: 'deleted', parts: lost.length - taken.length })
  }
}
