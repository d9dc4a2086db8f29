/**
 * lane ⇄ disk: which lines go to the spool, and when they come back.
 *
 * Bounded by: half of the buffer, up to which lines are read back, and the spool's own bound. At the bound: lines stay
 * on disk; the spool gives up its oldest and says so. At close: nothing is read any more, what is in memory only
 * is written. Heard by: the ledger, the reporter.
 *
 * `always`: every line is on disk before anything else, and in memory too while there is room and nothing older waits
 * on disk. `overflow`: only what does not fit into memory, and what comes after it.
 *
 * Nothing overtakes what waits on disk. If the disk takes no lines, they wait in memory until what is unread is read, or
 * until it takes them again: see catch-up.ts.
 */
import type { Clock } from '../clock.ts'
import { UNCOUNTED } from '../delivery/ledger.ts'
import type { Settlement } from '../delivery/settlement.ts'
import type { SpoolDoor } from '../queue/intake.ts'
import type { LineStore } from '../queue/line-store.ts'
import type { Queue, QueuedLine } from '../queue/queue.ts'
import { type PlainRoute, plainRoute, type Routing, routeOf } from '../record/route.ts'
import { CatchUp } from './catch-up.ts'
import { DroppedOnDisk } from './dropped-on-disk.ts'
import type { HeldLine } from './held-lines.ts'
import { fromWallTime } from './line-age.ts'
import { saveAtEnd } from './save-at-end.ts'
import type { Spool } from './spool.ts'
import type { LostLines, RefusedLine, SpooledLine, SpoolListener } from './spool-events.ts'

export interface SpoolStageParts {
  readonly open: (listener: Omit<SpoolListener, 'trouble' | 'found'>) => Spool
  readonly mode: 'overflow' | 'always'
  readonly clock: Clock
  readonly store: LineStore
  readonly settlement: Settlement
  readonly queue: Queue
  readonly routing: Routing
}

export class SpoolStage implements SpoolDoor {
  readonly #parts: SpoolStageParts
  readonly #spool: Spool
  /** The route of all lines; its value is the key where they have keys. */
  readonly #route: PlainRoute
  readonly #isKeyed: boolean
  readonly #catchUp: CatchUp
  readonly #dropped: DroppedOnDisk
  /** What was refused at the end, where nothing can wait any more. */
  #refusedAtEnd: Set<number> | undefined
  /** Wall time less monotonic time, taken at each tick: a look at one clock for each line is enough. */
  #wallOffsetMs: number
  #isClosed = false

  /** @throws the error of `open` */
  constructor(parts: SpoolStageParts) {
    this.#parts = parts
    this.#wallOffsetMs = parts.clock.now() - parts.clock.monotonic()
    const { routing } = parts
    this.#isKeyed = routing.kind === 'field' || routing.kind === 'function'
    this.#route = plainRoute(routeOf(routing, ''))
    this.#dropped = new DroppedOnDisk((...drop) => parts.settlement.reportDroppedOnDisk(...drop))
    this.#spool = parts.open({
      stored: (epoch, lines) => parts.settlement.spooled(epoch, lines),
      refused: (lines) => this.#refused(lines),
      givenUp: (line) => this.#gaveUp(line),
      lost: (lines, bytes) => this.#lost(lines, bytes),
      exposed: (from, to, isFull) => this.#exposed(from, to, isFull)
    })
    const writesHeld = parts.mode === 'always' || parts.queue.limit.spills
    this.#catchUp = new CatchUp(this.#spool, parts.store, parts.clock, writesHeld)
  }

  /** Bytes on disk. */
  get bytes(): number {
    return this.#spool.bytes
  }

  /** Whether lines wait on disk, or behind those, for their turn. */
  get isWaiting(): boolean {
    return this.#spool.hasUnread || !this.#catchUp.held.isEmpty
  }

  get isAside(): boolean {
    return this.#parts.mode === 'overflow' && !this.isWaiting
  }

  get hasRoom(): boolean {
    return this.#parts.queue.limit.spills && this.#spool.isWritable && !this.#catchUp.isBehind
  }

  take(line: string | Uint8Array, key: string): boolean {
    const { mode, clock, store, settlement, queue } = this.#parts
    const { limit } = queue
    const isWaiting = this.isWaiting
    const goesToMemory = !isWaiting && limit.fits(line.length)
    if (mode === 'overflow') {
      if (goesToMemory || !limit.spills) return false
      // For the moment in which it is not known yet what waits there.
      if (this.#spool.isSearching && limit.fits(line.length)) return false
    }
    if (this.#catchUp.isBehind) {
      this.#catchUp.soon()
      return false
    }
    const now = clock.monotonic()
    const value = this.#isKeyed ? key : this.#route.value
    const id = this.#spool.append(
      this.#route.kind,
      value,
      line,
      now + this.#wallOffsetMs,
      settlement.epoch,
      goesToMemory
    )
    if (id === undefined) return false
    const epoch = settlement.enter()
    if (goesToMemory) queue.put(key, store.put(line, now, epoch, id))
    return true
  }

  admit(line: number, key: string): void {
    const { mode, queue } = this.#parts
    const value = this.#isKeyed ? key : this.#route.value
    if (this.isWaiting) {
      this.#catchUp.held.push(line, this.#route.kind, value)
      return
    }
    if (mode === 'always') this.#catchUp.unwritten.push(line, this.#route.kind, value)
    queue.put(key, line)
  }

  /** Reads lines back while there is room; then lets those go on that waited for it. */
  refill(): void {
    if (this.#isClosed) return
    // Lines that made room for others have reached their end without an answer.
    this.noteSettled()
    const { limit } = this.#parts.queue
    const { held } = this.#catchUp
    while (this.#spool.hasUnread && limit.hasRoomToRead(held.bytes)) {
      if (!this.#spool.read((line) => this.#load(line))) break
    }
    if (this.#spool.hasUnread) return
    for (let next = held.shift(); next !== undefined; next = held.shift()) this.#letGoOn(next)
  }

  /** Notes on disk which lines have reached their end. */
  noteSettled(): void {
    for (const id of this.#parts.settlement.takeSettledOnDisk()) this.#spool.acknowledge(id)
    this.#spool.writeAcknowledgements()
  }

  /**
   * The end: puts lines of the memory on disk for the next start. `waiting` are all lines in lanes and in flight, in the
   * order of each lane. Returns those that are safe nowhere; the others are released.
   */
  save(waiting: readonly QueuedLine[]): readonly QueuedLine[] {
    const { clock, store, settlement, queue } = this.#parts
    this.noteSettled()
    this.#isClosed = true
    this.#catchUp.stop()
    this.#spool.beginEnd()
    const refused = new Set<number>()
    this.#refusedAtEnd = refused
    const { held } = this.#catchUp
    const behind: QueuedLine[] = []
    for (let next = held.shift(); next !== undefined; next = held.shift()) {
      behind.push({ route: queue.routeOf(next), line: next.line })
    }
    return saveAtEnd({ spool: this.#spool, clock, store, settlement, refused }, waiting, behind)
  }

  /** To be called once at first: takes over what others left. */
  start(): Promise<void> {
    return this.#spool.start()
  }

  /** To be called every `TICK_MS`. */
  async tick(): Promise<void> {
    if (this.#isClosed) return
    const { clock } = this.#parts
    this.#wallOffsetMs = clock.now() - clock.monotonic()
    this.#catchUp.soon()
    await this.#spool.tick()
  }

  /** Asks the disk to keep what was written, even without power. */
  syncSoon(): void {
    if (!this.#isClosed) this.#spool.syncSoon()
  }

  close(): void {
    this.#isClosed = true
    this.#catchUp.stop()
    this.#spool.close()
    this.#dropped.tell()
  }

  #load(spooled: SpooledLine): void {
    const { id, kind, value, line, writtenAt } = spooled
    const { clock, store, queue } = this.#parts
    const itsEpoch = this.#epochOf(spooled)
    queue.putRouted({ kind, value }, store.put(line, fromWallTime(clock, writtenAt), itsEpoch, id))
  }

  /** The epoch of a line from disk. A line of an earlier process is counted now, unless it is a notice. */
  #epochOf({ epoch, isNotice }: SpooledLine): number {
    if (isNotice) return UNCOUNTED
    return epoch ?? this.#parts.settlement.recovered()
  }

  /** What it waited for has been read. */
  #letGoOn({ line, kind, value }: HeldLine): void {
    const { mode, queue } = this.#parts
    if (mode === 'always') this.#catchUp.unwritten.push(line, kind, value)
    queue.putRouted({ kind, value }, line)
  }

  /** The next best place is the memory, even a little above its bound: the lines were admitted already. */
  #refused(lines: readonly RefusedLine[]): void {
    if (this.#refusedAtEnd === undefined) this.#catchUp.takeBack(lines)
    else for (const { id } of lines) this.#refusedAtEnd.add(id)
  }

  #gaveUp(spooled: SpooledLine): void {
    const { line, isNotice } = spooled
    this.#parts.settlement.dropSpooled(this.#epochOf(spooled))
    if (!isNotice) this.#dropped.add('spool-full', 1, line.length)
  }

  #lost(lost: readonly LostLines[], bytes: number): void {
    const counted = lost.filter(({ epoch }) => epoch !== UNCOUNTED)
    for (const { epoch, lines } of counted) this.#parts.settlement.dropSpooled(epoch, lines)
    const lines = counted.reduce((sum, { lines: some }) => sum + some, 0)
    if (lines > 0) this.#dropped.add('spool-damaged', lines, bytes)
  }

  /** Lines in memory are on disk no more. Those in lanes are written again, unless they were given up for younger ones. */
  #exposed(from: number, to: number, isFull: boolean): void {
    const { mode, store, settlement, queue } = this.#parts
    const exposed = new Set(store.forgetSpoolIds(from, to).map(({ id }) => id))
    for (const line of exposed) settlement.unspooled(store.epoch(line))
    if (mode !== 'always' || isFull || this.#isClosed) return
    // Older than all that waits to be written already.
    this.#catchUp.unwritten.unshift([...queue.waiting()].filter(({ line }) => exposed.has(line)))
  }
}
