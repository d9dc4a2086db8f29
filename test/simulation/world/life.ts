/** One life of a process: a producer with all its ports, and the ways to end it. */
import type { Producer } from '../../../packages/core/src/index.ts'
import type { CredentialsOption } from '../../../packages/core/src/options/options.ts'
import {
  assembleProducer,
  type ExitListener,
  type LetterFile,
  type MemoryDisk,
  type MemoryProcess,
  type ProducerInside
} from '../../../packages/core/src/testing.ts'
import type { History } from '../judge/history.ts'
import { judgeClose, judgeEnd, judgeTaken } from '../judge/life-checks.ts'
import type { LifeRecord } from '../judge/life-record.ts'
import type { Machine } from '../kernel/process.ts'
import { Process } from '../kernel/process.ts'
import type { Random } from '../kernel/random.ts'
import type { Timeline } from '../kernel/timeline.ts'
import { loadSimulatedCodec } from '../service/codec.ts'
import { Letters } from './letters.ts'
import { MortalDisk } from './mortal-disk.ts'
import type { Network } from './network.ts'
import { productOptions } from './product-options.ts'

export const DEFAULT_TIMEOUT_MS = 30_000
const DEFAULT_CLOSE_MS = 8_000

export interface LifeParts {
  readonly timeline: Timeline
  readonly network: Network
  readonly history: History
  readonly machine: Machine
  readonly disk: MemoryDisk | undefined
  readonly random: Random
  readonly credentials: CredentialsOption
  /** How long a disk call, and a sync in the background, take now. */
  readonly diskDelayMs: () => number
  readonly ended: (life: Life) => void
}

export class Life {
  readonly record: LifeRecord
  readonly process: Process
  readonly producer: Producer
  readonly #parts: LifeParts
  readonly #disk: MemoryProcess | undefined
  #inside: ProducerInside | undefined
  readonly #listeners = new Set<ExitListener>()
  /** Called when there is room again. */
  drained: () => void = () => {}
  #callsToLive = Number.POSITIVE_INFINITY
  #died: () => void = () => {}
  isClosing = false
  /** Something happened in this step that may have changed its counts. */
  isTouched = true
  /** How long this step takes, because the disk is slow. */
  stallMs = 0
  closeBegan = 0

  constructor(record: LifeRecord, parts: LifeParts) {
    this.record = record
    this.#parts = parts
    const { timeline, machine, random, disk, history } = parts
    this.process = new Process(machine, timeline, random.fork('clock'))
    this.process.idle = () => this.#idle()
    this.#disk = disk === undefined ? undefined : this.#ownDisk(disk)
    history.note(timeline.now, record.name, 'starts')
    this.producer = this.#assemble()
    this.#listen()
  }

  /** @throws DisConfigError if the disk cannot be used */
  #assemble(): Producer {
    const { network, machine, credentials, random } = this.#parts
    const timeoutMs = this.record.slot.options.requestTimeoutMs ?? DEFAULT_TIMEOUT_MS
    try {
      return assembleProducer(productOptions(this.record.slot, credentials), {
        clock: this.process,
        transport: network.transport(this.process, this.record, timeoutMs, {
          sends: () => this.#called(),
          answered: () => {
            this.isTouched = true
          }
        }),
        ...(this.#disk === undefined ? {} : { disk: this.#mortal(this.#disk) }),
        env: {},
        hostname: machine.name,
        pid: 1,
        uniqueId: Buffer.from(random.fork('ids').bytes(9)).toString('base64url'),
        joinExit: (listener) => {
          this.#listeners.add(listener)
          return () => this.#listeners.delete(listener)
        },
        openLetterFile: () => this.#letterFile(),
        stderr: () => {},
        loadCodec: loadSimulatedCodec,
        inspect: (inside) => {
          this.#inside = inside
        }
      })
    } catch (error) {
      this.process.isDead = true
      this.#disk?.kill()
      throw error
    }
  }

  #listen(): void {
    const { history, timeline } = this.#parts
    this.producer.on('drain', () => this.drained())
    this.producer.on('dropped', ({ reason, lines }) => this.#note(`drops ${lines}: ${reason}`))
    this.producer.on('rejected', ({ code, lines }) => this.#note(`rejects ${lines}: ${code}`))
    this.producer.on('warning', ({ code, message }) => {
      if (this.isOver) return
      if (code === 'SPOOL_TAKEN') judgeTaken(this, history, timeline.now)
      if (code === 'BUG') history.violated('bug', timeline.now, `${this.record.name}: ${message}`)
      this.#note(`warns ${code}: ${message}`)
    })
  }

  /** The books of the producer. */
  get inside(): ProducerInside {
    if (this.#inside === undefined) throw new Error(`${this.record.name} has shown no books`)
    return this.#inside
  }

  get isOver(): boolean {
    return this.record.end !== undefined
  }

  flush(timeoutMs: number | undefined, done: (sum: number, pending: number) => void): void {
    this.isTouched = true
    void this.producer.flush({ timeoutMs }).then(({ delivered, rejected, dropped, spooled, pending }) => {
      done(delivered + rejected + dropped + spooled + pending, pending)
    })
  }

  close(timeoutMs: number | undefined): void {
    this.isTouched = true
    if (this.isClosing || this.isOver) return
    this.isClosing = true
    this.record.isClosing = true
    this.closeBegan = this.process.monotonic()
    const limitMs = timeoutMs ?? this.record.slot.options.closeTimeoutMs ?? DEFAULT_CLOSE_MS
    this.#note(`closes within ${timeoutMs ?? 'its time'}`)
    void this.producer.close(timeoutMs === undefined ? {} : { timeoutMs }).then(() => {
      if (this.isOver) return
      judgeClose(this, limitMs, this.#parts.history, this.#parts.timeline.now)
      this.#end('closed')
    })
  }

  /** Nothing keeps it alive from now on but the producer. */
  endNaturally(): void {
    if (this.isClosing || this.isOver) return
    this.isClosing = true
    this.record.isClosing = true
    this.closeBegan = this.process.monotonic()
    this.#note('has nothing more to do')
    this.#idle()
  }

  /** `process.exit()`. */
  exit(): void {
    if (this.isOver) return
    this.#note('exits')
    for (const listener of this.#listeners) listener.onLeaving()
    for (const listener of this.#listeners) listener.onExit()
    if (!this.isOver) this.#end('exited')
  }

  kill(how: 'killed' | 'power' = 'killed'): void {
    if (!this.isOver) this.#end(how)
  }

  /** It dies at the so-many-th call of a port from now on; then `died` is called. */
  dieAfter(calls: number, died: () => void): void {
    this.#callsToLive = calls
    this.#died = died
  }

  #idle(): void {
    if (!this.isClosing || this.isOver || this.process.isKeptAlive) return
    for (const listener of this.#listeners) listener.onBeforeExit()
    if (!this.process.isKeptAlive) this.exit()
  }

  #end(how: NonNullable<LifeRecord['end']>): void {
    const { timeline, ended } = this.#parts
    const { record } = this
    record.end = how
    record.endedAt = timeline.now
    record.endedInStep = timeline.steps
    // What a killed process has counted in the middle of a step, nobody has seen.
    if (how === 'closed' || how === 'exited') {
      record.books = this.inside.totals()
      judgeEnd(this, this.#parts.history, timeline.now)
      record.writtenThen = record.written
    }
    this.process.isDead = true
    this.process.parked.length = 0
    this.#disk?.kill()
    this.#note(`is gone (${how})`)
    ended(this)
  }

  #note(what: string): void {
    if (this.isOver && this.process.isDead && !what.startsWith('is gone')) return
    this.#parts.history.note(this.#parts.timeline.now, this.record.name, what)
  }

  /** A port is called: a moment at which the process may die. */
  #called(): void {
    this.process.work++
    this.isTouched = true
    if (--this.#callsToLive > 0 || this.isOver) return
    this.#died()
    this.#end('killed')
  }

  #ownDisk(disk: MemoryDisk): MemoryProcess {
    const { timeline, machine, diskDelayMs } = this.#parts
    const own = disk.process({
      machine: machine.kernel,
      later: (run) => {
        const delayMs = diskDelayMs()
        if (delayMs === 0) queueMicrotask(run)
        else timeline.after(delayMs, run, this.process)
      }
    })
    return own
  }

  #mortal(disk: MemoryProcess): MortalDisk {
    return new MortalDisk(disk, () => {
      this.#called()
      this.stallMs += this.#parts.diskDelayMs()
    })
  }

  #letterFile(): LetterFile {
    return new Letters(() => {
      this.#called()
      if (!this.isOver) this.record.letters++
    })
  }
}
