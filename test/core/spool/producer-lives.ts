/** Lives of a producer on one disk in memory, against one service. */

import type { DisOptions, Producer } from '../../../packages/core/src/index.ts'
import type { WarningEvent } from '../../../packages/core/src/report/events.ts'
import {
  assembleProducer,
  ManualClock,
  MemoryDisk,
  type MemoryProcess,
  ScriptedTransport,
  type SentRecord,
  stored
} from '../../../packages/core/src/testing.ts'
import { type Fsync, numberOf, type Promises, textOf, type WrittenLine } from './lives.ts'

export const TARGET_OF_PRODUCER = {
  origin: 'http://127.0.0.1:1',
  projectId: 'p',
  streamName: 's',
  streamId: ''
}

/** All lines of all lives, and what has arrived of them. */
export class ProducerLives implements Promises {
  readonly disk: MemoryDisk
  readonly fsync: Fsync
  readonly written: WrittenLine[] = []
  readonly storedAt = new Map<number, number>()
  readonly endedAt = new Map<number, number>()
  readonly goneAt = new Map<number, number>()
  /** Numbers in the order of arrival, repeated ones too. */
  readonly arrived: number[] = []
  isDown = false

  constructor(fsync: Fsync, disk = new MemoryDisk()) {
    this.fsync = fsync
    this.disk = disk
  }

  begin(mode: 'always' | 'overflow', options: DisOptions = {}): ProducerLife {
    return new ProducerLife(this, mode, options)
  }

  line(key: string, pad: number): WrittenLine {
    const line = { n: this.written.length, key, pad }
    this.written.push(line)
    return line
  }

  answer(records: readonly SentRecord[]) {
    if (this.isDown) {
      return { kind: 'failure', code: 'ECONNREFUSED', message: 'down', ambiguous: false } as const
    }
    for (const { data } of records) {
      for (const n of data.split('\n').map(numberOf)) {
        this.arrived.push(n)
        if (!this.endedAt.has(n)) this.endedAt.set(n, this.disk.history.length)
      }
    }
    return stored(records)
  }
}

export class ProducerLife {
  readonly producer: Producer
  readonly clock: ManualClock
  readonly process: MemoryProcess
  readonly warnings: WarningEvent[] = []
  readonly #lives: ProducerLives
  readonly #mode: 'always' | 'overflow'
  /** Whether it has delivered nothing yet. */
  #isFull = true

  constructor(lives: ProducerLives, mode: 'always' | 'overflow', options: DisOptions) {
    this.#lives = lives
    this.#mode = mode
    this.process = lives.disk.process()
    this.clock = new ManualClock()
    const transport = new ScriptedTransport((records) => lives.answer(records))
    this.producer = assembleProducer(
      {
        endpoint: 'http://127.0.0.1:1',
        projectId: 'p',
        streamName: 's',
        credentials: { token: 'T' },
        partitionKey: 'k',
        ordered: true,
        aggregate: true,
        buffer: { maxBytes: 65_536 },
        spool: { dir: lives.disk.dir, mode, fsync: lives.fsync, maxBytes: 8 * 1_048_576 },
        ...options
      },
      { clock: this.clock, transport, disk: this.process, env: {}, hostname: 'h', stderr: () => {} }
    )
    this.producer.on('warning', (event) => this.warnings.push(event))
  }

  /** Writes one line, from anywhere. */
  log(key: string): void {
    this.producer.write(textOf(this.#lives.line(key, 0)))
  }

  /** Writes a line for each key, and lets what was written together go to disk. */
  async write(keys: string, pad: number): Promise<void> {
    for (const key of keys) this.producer.write(textOf(this.#lives.line(key, pad)))
    await this.advance(0)
  }

  async advance(ms: number): Promise<void> {
    await this.clock.advance(ms)
    this.#note()
  }

  async close(timeoutMs = 0): Promise<void> {
    const closed = this.producer.close({ timeoutMs })
    await this.clock.advance(timeoutMs)
    await closed
    this.#note()
  }

  /** Ends the process, and then what is left of the producer in this one. */
  async kill(): Promise<void> {
    this.process.kill()
    const closed = this.producer.close({ timeoutMs: 0 }).catch(() => {})
    await this.clock.advance(0)
    await closed
  }

  /** Notes what was promised so far. */
  #note(): void {
    const { written, storedAt, endedAt, goneAt, disk } = this.#lives
    const now = disk.history.length
    const { spooled, buffered, delivered } = this.producer.stats()
    if (delivered > 0) this.#isFull = false
    for (const n of endedAt.keys()) if (!goneAt.has(n)) goneAt.set(n, now)
    // Without a delivery what is on disk only is what was written last.
    const from =
      buffered === 0
        ? 0
        : this.#mode === 'overflow' && this.#isFull
          ? written.length - spooled
          : written.length
    for (const { n } of written.slice(from)) if (!storedAt.has(n)) storedAt.set(n, now)
  }
}
