/**
 * Takes over parts that nobody owns, at the start and with every tick.
 *
 * Bounded by: one search at a time. Files are opened when they are read, so a thousand orphans cost a thousand renames. At
 * close: a running search takes nothing more.
 */
import type { Claims } from './claims.ts'
import { type Disk, ignoreErrors } from './disk.ts'
import { convertLegacyPart } from './legacy.ts'
import { type PartName, partName, segmentName } from './names.ts'
import type { Part } from './part.ts'
import { Segment } from './segment.ts'
import { readHeadOf } from './segment-head.ts'
import type { Segments } from './segments.ts'
import type { SpoolListener } from './spool-events.ts'

/** After so many failed searches in a row, new lines wait no longer. */
const MAX_FAILED_RUNS = 3
/** At most so many streams are named in a warning. */
const MAX_NAMED_STREAMS = 5

export class Adoption {
  readonly #disk: Disk
  readonly #dir: string
  readonly #claims: Claims
  readonly #segments: Segments
  readonly #listener: Pick<SpoolListener, 'found' | 'trouble'>
  #isFirst: boolean
  #isRunning = false
  #isClosed = false
  #saidForeign = false
  /** Parts that are ours by name, but could not be listed yet. */
  readonly #unfinished: Part[] = []
  #failures = 0
  #failedRuns = 0

  /** @throws the file system's error */
  constructor(
    disk: Disk,
    dir: string,
    claims: Claims,
    segments: Segments,
    listener: Pick<SpoolListener, 'found' | 'trouble'>
  ) {
    this.#disk = disk
    this.#dir = dir
    this.#claims = claims
    this.#segments = segments
    this.#listener = listener
    this.#isFirst = claims.hasCandidates
  }

  /** Whether the folder is not searched yet. Lines of an earlier process may be older than new ones. */
  get isFirst(): boolean {
    return this.#isFirst
  }

  /** Searches once. `isTick`: a tick has passed since the last search. Never rejects. */
  async run(isTick: boolean): Promise<void> {
    if (this.#isRunning || this.#isClosed) return
    this.#isRunning = true
    const wasFirst = this.#isFirst
    let adopted = 0
    this.#failures = 0
    try {
      for (const part of this.#unfinished.splice(0)) adopted += this.#adopt(part)
      const found = await this.#claims.search(isTick, !isTick || wasFirst)
      if (this.#isClosed) return
      for (const part of this.#claims.take(found, (error) => this.#failed(error)))
        adopted += this.#adopt(part)
      if (found.foreign.length > 0) this.#sayForeign(found.foreign)
    } catch (error) {
      this.#failed(error)
    } finally {
      this.#isRunning = false
      if (this.#failures === 0 || ++this.#failedRuns >= MAX_FAILED_RUNS) this.#isFirst = false
    }
    if (adopted > 0 || wasFirst !== this.#isFirst) this.#listener.found()
  }

  close(): void {
    this.#isClosed = true
    this.#isFirst = false
  }

  /** Takes the segments of a part that is ours now. Returns their number. A part that fails is tried again with the next run. */
  #adopt(part: Part): number {
    let segments: Segment[]
    try {
      // The previous owner may have died during the conversion. This finishes it.
      convertLegacyPart(this.#disk, part)
      segments = part.list().map((number) => {
        const bytes = this.#disk.stat(`${part.path}/${segmentName(number)}`)?.bytes ?? 0
        return Segment.found(this.#disk, part, number, bytes)
      })
    } catch (error) {
      this.#unfinished.push(part)
      this.#failed(error)
      return 0
    }
    for (const segment of segments) this.#segments.insert(segment)
    // The owner of an empty segment died before it wrote anything.
    for (const segment of segments) if (segment.bytes === 0) this.#segments.remove(segment)
    if (segments.length === 0) part.remove()
    return segments.length
  }

  /** Reports foreign parts once per start: their lines are safe, but nobody sends them. */
  #sayForeign(names: readonly PartName[]): void {
    if (this.#saidForeign) return
    const streams = new Set<string>()
    let bytes = 0
    for (const name of names) {
      const path = `${this.#dir}/${partName(name)}`
      ignoreErrors(() => {
        for (const file of this.#disk.list(path)) bytes += this.#disk.stat(`${path}/${file}`)?.bytes ?? 0
        if (streams.size < MAX_NAMED_STREAMS) streams.add(this.#streamOf(path))
      })
    }
    // Then their own producer has taken them.
    if (bytes === 0) return
    this.#saidForeign = true
    this.#listener.trouble({ kind: 'foreign', parts: names.length, bytes, streams: [...streams] })
  }

  #streamOf(path: string): string {
    const name = this.#disk.list(path).find((file) => file.endsWith('.log'))
    if (name === undefined) return 'unknown'
    const file = this.#disk.open(`${path}/${name}`, 'read')
    const { head } = readHeadOf(file)
    file.close()
    return head === undefined ? 'unknown' : `${head.streamName || head.streamId} at ${head.origin}`
  }

  #failed(error: unknown): void {
    this.#failures++
    this.#listener.trouble({ kind: 'failed', error })
  }
}
