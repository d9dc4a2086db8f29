/**
 * Lines that are in memory alone go to disk, now that it takes lines again: oldest first, a slice at a time.
 *
 * Bounded by: {@link SLICE_BYTES} a turn of the event loop. While lines are behind, no younger one goes to disk. At close:
 * it stops; what is left is saved with everything else.
 */
import type { Clock } from '../clock.ts'
import { PAST } from '../delivery/ledger.ts'
import { type LineStore, NONE } from '../queue/line-store.ts'
import { type HeldLine, HeldLines } from './held-lines.ts'
import { fromWallTime, toWallTime } from './line-age.ts'
import type { Spool } from './spool.ts'
import type { RefusedLine } from './spool-events.ts'

const SLICE_BYTES = 1_048_576
const SOON_MS = 1

export class CatchUp {
  /** In lanes, and not on disk though they should be. */
  readonly unwritten: HeldLines
  /** In no lane: behind what is unread on disk. */
  readonly held: HeldLines
  readonly #spool: Spool
  readonly #store: LineStore
  readonly #clock: Clock
  readonly #writesHeld: boolean
  /** The spool never takes this one: it, and what is behind it, waits until all that is on disk is read. */
  #tooLarge: HeldLine | undefined
  #isScheduled = false
  #cancel = () => {}

  /** `writesHeld`: held lines are for the disk, too; else they wait in memory. */
  constructor(spool: Spool, store: LineStore, clock: Clock, writesHeld: boolean) {
    this.#spool = spool
    this.#store = store
    this.#clock = clock
    this.#writesHeld = writesHeld
    this.unwritten = new HeldLines(store)
    this.held = new HeldLines(store)
  }

  /** Whether lines in memory have to be on disk before others. */
  get isBehind(): boolean {
    return !this.unwritten.isEmpty || (!this.held.isEmpty && (this.#writesHeld || this.#spool.isSearching))
  }

  /** Goes on in a moment, if there is something to do and the disk takes lines. */
  soon(): void {
    const isPossible =
      this.isBehind &&
      this.#spool.isWritable &&
      !this.#spool.isSearching &&
      (this.#tooLarge === undefined || this.#tooLarge !== this.held.first)
    if (this.#isScheduled || !isPossible) return
    this.#isScheduled = true
    this.#cancel = this.#clock.timer(SOON_MS, () => {
      this.#isScheduled = false
      if (this.#writes(this.unwritten) && this.#writesHeld) this.#writes(this.held)
      this.soon()
    })
  }

  /** Lines that the disk did not take, oldest first: they are older than all that wait here. */
  takeBack(lines: readonly RefusedLine[]): void {
    const store = this.#store
    const inMemory = new Map(lines.filter((line) => line.isInMemory).map((line) => [line.id, line]))
    const ids = [...inMemory.keys()]
    const found = store.forgetSpoolIds(ids[0] ?? 0, (ids.at(-1) ?? -1) + 1)
    this.unwritten.unshift(
      found.flatMap(({ id, spoolId }) => {
        const line = inMemory.get(spoolId)
        return line === undefined ? [] : [{ line: id, kind: line.kind, value: line.value }]
      })
    )
    this.held.unshift(
      lines
        .filter((line) => !line.isInMemory)
        .map(({ kind, value, line, writtenAt, epoch }) => {
          return { kind, value, line: store.put(line, fromWallTime(this.#clock, writtenAt), epoch ?? PAST) }
        })
    )
  }

  stop(): void {
    this.#isScheduled = true
    this.#cancel()
  }

  /** Writes a slice; true if nothing is left. */
  #writes(lines: HeldLines): boolean {
    const store = this.#store
    const isInMemory = lines === this.unwritten
    let left = SLICE_BYTES
    for (let next = lines.first; next !== undefined && left > 0; next = lines.first) {
      const { line, kind, value } = next
      left -= store.length(line)
      const id = this.#spool.append(
        kind,
        value,
        store.view(line),
        toWallTime(this.#clock, store.writtenAt(line)),
        store.epoch(line),
        isInMemory
      )
      // Not now; what was refused meanwhile has come back in front of this line.
      if (id === undefined && this.#spool.takes(value, store.view(line))) return false
      if (id === undefined && !isInMemory) {
        this.#tooLarge = next
        return false
      }
      lines.shift()
      if (isInMemory) store.setSpoolId(line, id ?? NONE)
      else store.release(line)
    }
    this.#spool.flush()
    return lines.isEmpty
  }
}
