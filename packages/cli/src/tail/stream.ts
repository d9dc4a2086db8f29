/**
 * A stream: one reader for each partition that can be read, those that appear later included. The first
 * failure that cannot pass ends all of them.
 */
import { setMaxListeners } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { CursorPosition, PartitionInfo } from '@dis-logs/core'
import { CommandError, UsageError } from '../status.ts'
import { backoffMs, describeFailure, kindOf } from './failure.ts'
import { PartitionReader, type ReaderParts } from './reader.ts'

/** What to read. */
export interface Selection {
  readonly from: CursorPosition
  /** Partition ids, long or short; all if empty. */
  readonly partitions: readonly string[]
}

const DESCRIBE_INTERVAL_MS = 60_000

/** Readers of one stream. */
export class StreamReader {
  readonly #selection: Selection
  readonly #parts: ReaderParts
  readonly #readers = new Map<string, PartitionReader>()
  #failure: unknown

  constructor(selection: Selection, parts: ReaderParts) {
    this.#selection = selection
    // Each partition waits with it, and Node takes more than ten who wait for a leak.
    setMaxListeners(0, parts.signal)
    this.#parts = parts
  }

  /** A failure that lasts: of the description, or of a partition. */
  get failure(): unknown {
    return (
      this.#failure ?? [...this.#readers.values()].find((reader) => reader.failure !== undefined)?.failure
    )
  }

  /** True if records of some partition were gone before they were read. */
  get hasGap(): boolean {
    return [...this.#readers.values()].some((reader) => reader.hasGap)
  }

  /** All readers. */
  get readers(): readonly PartitionReader[] {
    return [...this.#readers.values()]
  }

  /** True while every partition has nothing more to give. */
  get isCaughtUp(): boolean {
    return this.#readers.size > 0 && [...this.#readers.values()].every((reader) => reader.isCaughtUp)
  }

  /**
   * Finds the partitions and opens their cursors: what arrives afterwards is read.
   * @returns the number of partitions
   * @throws UsageError if the selection does not fit the stream
   */
  async open(): Promise<number> {
    const readable = await this.#describe()
    const selected = select(readable, this.#selection.partitions)
    if (this.#selection.from.type === 'AT_SEQUENCE_NUMBER' && selected.length > 1) {
      throw new UsageError(
        '--from <sequence number> needs one --partition <id>: each partition has its own numbers'
      )
    }
    if (selected.length === 0 && !this.#parts.signal.aborted) {
      throw new CommandError('the stream has no partition that can be read')
    }
    const readers = selected.map((id) => this.#add(id, this.#selection.from))
    await this.#orExplain(Promise.all(readers.map((reader) => reader.open())))
    return readers.length
  }

  /** Reads until the signal is aborted, or every partition has come to its end. */
  async run(): Promise<void> {
    const all = new Promise<void>((resolve, reject) => {
      let running = 0
      const track = (work: Promise<void>) => {
        running++
        work.then(() => --running === 0 && resolve(), reject)
      }
      for (const reader of this.#readers.values()) track(reader.run())
      if (this.#selection.partitions.length === 0) {
        track(this.#watchForPartitions((reader) => track(reader.run())))
      }
    })
    await this.#orExplain(all)
  }

  #add(partitionId: string, from: CursorPosition): PartitionReader {
    const reader = new PartitionReader(partitionId, from, this.#parts)
    this.#readers.set(partitionId, reader)
    return reader
  }

  /** Looks for partitions that were added since, to be read from their beginning. */
  async #watchForPartitions(start: (reader: PartitionReader) => void): Promise<void> {
    const { signal, warn } = this.#parts
    while (await sleep(DESCRIBE_INTERVAL_MS, true, { signal, ref: false }).catch(() => false)) {
      for (const partitionId of await this.#describe()) {
        if (this.#readers.has(partitionId)) continue
        warn(`partition ${partitionId} is new`)
        // Whatever it holds has arrived since this command began.
        start(this.#add(partitionId, { type: 'TRIM_HORIZON' }))
      }
    }
  }

  /** Ids of all partitions that can be read. Tries again for as long as that can help. */
  async #describe(): Promise<readonly string[]> {
    const { client, signal, warn } = this.#parts
    for (let failures = 1; ; failures++) {
      try {
        const { partitions } = await client.describeStream()
        this.#failure = undefined
        return partitions.filter(isReadable).map(({ partitionId }) => partitionId)
      } catch (error) {
        if (signal.aborted) return []
        if (kindOf(error) !== 'passing') throw new CommandError(describeFailure(error))
        this.#failure = error
        warn(`${describeFailure(error)}; trying again`)
        await sleep(backoffMs(failures, Math.random()), undefined, { signal }).catch(() => {})
        if (signal.aborted) return []
      }
    }
  }

  async #orExplain(work: Promise<unknown>): Promise<void> {
    try {
      await work
    } catch (error) {
      if (this.#parts.signal.aborted) return
      throw error instanceof CommandError ? error : new CommandError(describeFailure(error))
    }
  }
}

/** DELETED partitions take no records any more but keep theirs; EXPIRED ones have lost them. */
function isReadable({ status }: PartitionInfo): boolean {
  return status === 'ACTIVE' || status === 'DELETED'
}

function select(readable: readonly string[], wanted: readonly string[]): readonly string[] {
  if (wanted.length === 0) return readable
  return wanted.map((id) => {
    const found = readable.find((partitionId) => numberOf(partitionId) === numberOf(id))
    if (found !== undefined) return found
    throw new UsageError(`--partition: got '${id}'; allowed: ${readable.join(', ')}`)
  })
}

/** `0`, `shardId-0000000000` → 0 */
function numberOf(partitionId: string): number {
  return Number(/^(?:shardId-)?(\d+)$/i.exec(partitionId)?.[1] ?? Number.NaN)
}
