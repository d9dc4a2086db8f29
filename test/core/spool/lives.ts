/** Lives of a spool on one disk in memory, and what each of them promised at which moment of the disk's history. */

import { Spool } from '../../../packages/core/src/spool/spool.ts'
import type {
  SpoolListener,
  SpoolSettings,
  SpoolTrouble
} from '../../../packages/core/src/spool/spool-events.ts'
import { MemoryDisk, type MemoryProcess } from '../../../packages/core/src/testing.ts'
import { TARGET } from './folder.ts'

export type Fsync = SpoolSettings['fsync']

/** Small, so that a few lines fill a segment (an eighth of it). */
export const MAX_BYTES = 8 * 640

/** More ticks than an owner of another kernel may be silent. */
const MANY_TICKS = 14

export interface WrittenLine {
  readonly n: number
  readonly key: string
  /** Characters of filling. */
  readonly pad: number
}

/** What lives wrote, and what they promised of it at which moment of the disk's history. */
export interface Promises {
  readonly disk: MemoryDisk
  readonly fsync: Fsync
  readonly written: readonly WrittenLine[]
  /** Since when a line is promised to be there. */
  readonly storedAt: ReadonlyMap<number, number>
  /** Since when it need not be there: acknowledged, or given up. */
  readonly endedAt: ReadonlyMap<number, number>
  /** Since when it must not come again after a kill: the acknowledgement is written down. */
  readonly goneAt: ReadonlyMap<number, number>
}

/** The lines of all lives, by number, and positions in the disk's history. */
export class Lives implements Promises {
  readonly disk = new MemoryDisk()
  readonly fsync: Fsync
  readonly written: WrittenLine[] = []
  readonly storedAt = new Map<number, number>()
  readonly endedAt = new Map<number, number>()
  readonly goneAt = new Map<number, number>()
  readonly troubles: SpoolTrouble[] = []

  constructor(fsync: Fsync) {
    this.fsync = fsync
  }

  get now(): number {
    return this.disk.history.length
  }

  /** A line that the application writes: its number says its place in the order. */
  line(key: string): WrittenLine {
    const n = this.written.length
    const line = { n, key, pad: (n * 37) % 90 }
    this.written.push(line)
    return line
  }

  async begin(machine?: string): Promise<Life> {
    const life = new Life(this, this.disk.process(machine === undefined ? {} : { machine }))
    await life.spool.start()
    return life
  }
}

export class Life {
  readonly spool: Spool
  readonly process: MemoryProcess
  /** Lines that were handed back, because the file is another owner's by now. */
  readonly refused: number[] = []
  readonly #lives: Lives
  readonly #ids = new Map<number, number>()
  readonly #acknowledged: number[] = []

  constructor(lives: Lives, process: MemoryProcess) {
    this.#lives = lives
    this.process = process
    this.spool = openOn(process, lives.disk.dir, lives.fsync, {
      // Each line has an epoch of its own.
      stored: (n) => {
        if (!lives.storedAt.has(n)) lives.storedAt.set(n, lives.now)
      },
      refused: (lines) => this.refused.push(...lines.map(({ line }) => numberOf(line))),
      givenUp: ({ line }) => this.#end(numberOf(line)),
      exposed: (from, to, isFull) => {
        // Another owner has them otherwise.
        if (!isFull) return
        for (const [n, id] of this.#ids) if (id >= from && id < to) this.#end(n)
      },
      lost: () => {},
      found: () => {},
      trouble: (trouble) => lives.troubles.push(trouble)
    })
  }

  /** Writes lines of these keys. */
  write(keys: string, isInMemory = false): WrittenLine[] {
    return [...keys].map((key) => this.append(this.#lives.line(key), isInMemory))
  }

  append(line: WrittenLine, isInMemory = false): WrittenLine {
    // Behind what was handed back.
    const isFree = this.refused.length === 0
    const id = isFree ? this.spool.append(0, line.key, textOf(line), 1, line.n, isInMemory) : undefined
    if (id === undefined) this.refused.push(line.n)
    else this.#ids.set(line.n, id)
    return line
  }

  flush(): void {
    this.spool.flush()
  }

  /** Appends again what was handed back. */
  appendRefused(): void {
    for (const n of this.refused.splice(0)) {
      const line = this.#lives.written[n]
      if (line !== undefined) this.append(line)
    }
  }

  /** Reads all that is unread; returns the numbers. */
  read(): number[] {
    const numbers: number[] = []
    while (this.spool.hasUnread) {
      const isRead = this.spool.read(({ id, line }) => {
        this.#ids.set(numberOf(line), id)
        numbers.push(numberOf(line))
      })
      if (!isRead) break
    }
    return numbers
  }

  acknowledge(...numbers: number[]): void {
    for (const n of numbers) {
      this.#end(n)
      this.spool.acknowledge(this.#ids.get(n) ?? -1)
      this.#acknowledged.push(n)
    }
  }

  writeAcknowledgements(): void {
    this.spool.writeAcknowledgements()
    for (const n of this.#acknowledged.splice(0)) this.#lives.goneAt.set(n, this.#lives.now)
  }

  /** Puts a line in front of all others, as the end of a process does. `hasCopy`: it is on disk already. */
  save(line: WrittenLine, hasCopy: boolean): void {
    const oldId = this.#ids.get(line.n)
    this.append(line)
    this.flush()
    if (hasCopy && oldId !== undefined) this.spool.acknowledge(oldId)
  }

  close(): void {
    this.spool.close()
    for (const n of this.#acknowledged.splice(0)) this.#lives.goneAt.set(n, this.#lives.now)
  }

  kill(): void {
    this.process.kill()
  }

  async tick(times = 1): Promise<void> {
    for (let tick = 0; tick < times; tick++) await this.spool.tick()
  }

  #end(n: number): void {
    const { endedAt, now } = this.#lives
    if (!endedAt.has(n)) endedAt.set(n, now)
  }
}

/** What a new process finds on a disk. */
export interface Recovered {
  /** Numbers of the lines, in the order read. */
  readonly numbers: readonly number[]
  /** Texts that no life wrote. */
  readonly invented: readonly string[]
  readonly troubles: readonly SpoolTrouble[]
  /** Files that are left when all is acknowledged and closed. */
  readonly left: readonly string[]
}

/** Opens the folder in a new process, and reads and acknowledges all that is there. */
export async function recover(
  disk: MemoryDisk,
  lives: { readonly written: readonly WrittenLine[]; readonly fsync: Fsync },
  target = TARGET,
  maxBytes = MAX_BYTES * 16
): Promise<Recovered> {
  const texts: string[] = []
  const troubles: SpoolTrouble[] = []
  const noted: SpoolListener = {
    stored: () => {},
    refused: () => {},
    givenUp: () => {},
    exposed: () => {},
    lost: () => {},
    found: () => {},
    trouble: (trouble) => troubles.push(trouble)
  }
  // Another kernel, as after a restart of the machine: of it only silence tells.
  const spool = openOn(
    disk.process({ machine: 'bbbbbbbbbbbb' }),
    disk.dir,
    lives.fsync,
    noted,
    target,
    maxBytes
  )
  await spool.start()
  for (let tick = 0; tick < MANY_TICKS; tick++) {
    while (spool.hasUnread) {
      const isRead = spool.read(({ id, line }) => {
        texts.push(line.toString())
        spool.acknowledge(id)
      })
      if (!isRead) break
    }
    spool.writeAcknowledgements()
    await spool.tick()
  }
  spool.close()
  const known = (text: string) => isKnown(text, lives.written)
  return {
    numbers: texts.filter(known).map(numberOf),
    invented: texts.filter((text) => !known(text)),
    troubles,
    left: disk.files
  }
}

function isKnown(text: string, written: readonly WrittenLine[]): boolean {
  const line = written[numberOf(text)]
  return line !== undefined && textOf(line) === text
}

function openOn(
  disk: MemoryProcess,
  dir: string,
  fsync: Fsync,
  listener: SpoolListener,
  target = TARGET,
  maxBytes = MAX_BYTES
): Spool {
  const settings: SpoolSettings = { dir, maxBytes, fsync, target, host: 'h', pid: 1 }
  return new Spool(settings, disk, { now: () => 0, monotonic: () => 0 }, listener)
}

export function textOf({ n, key, pad }: WrittenLine): string {
  return JSON.stringify({ n, k: key, pad: 'x'.repeat(pad) })
}

export function numberOf(line: string | Buffer): number {
  const value: unknown = JSON.parse(line.toString())
  return Number(Reflect.get(Object(value), 'n'))
}
