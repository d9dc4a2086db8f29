/**
 * All partitions of a stream: which are read, from where, and those that come later.
 *
 * Bounded by the partitions that the stream has.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { fullJitterMs } from '../delivery/backoff.ts'
import { invalidOption } from '../errors.ts'
import type { PartitionInfo } from './answers.ts'
import type { DisClient } from './client.ts'
import { failureOf } from './failure.ts'
import { type PartitionParts, PartitionReader, type Start, warningOf } from './partition-reader.ts'
import { type CursorPosition, sequenceOf } from './position.ts'
import type { Progress } from './progress.ts'
import type { ReadSettings } from './read-options.ts'

const BASE_MS = 200
const MAX_MS = 15_000
const QUIET_FAILURES = 2

export interface PartitionsParts extends Omit<PartitionParts, 'allNoted' | 'client' | 'restarted'> {
  readonly client: DisClient
  readonly progress: Progress
  readonly settings: ReadSettings
}

export class Partitions {
  readonly #parts: PartitionsParts
  readonly #readers = new Map<string, PartitionReader>()
  /** Partitions that still read what came before their checkpoints, and one for the start itself. */
  #unnoted = 1
  readonly #allNoted: Promise<void>
  #resolveNoted: () => void = () => {}
  #hasCheckpoints = false

  constructor(parts: PartitionsParts) {
    this.#parts = parts
    this.#allNoted = new Promise((resolve) => {
      this.#resolveNoted = resolve
    })
  }

  /** Partitions that are read. */
  get count(): number {
    return this.#readers.size
  }

  /**
   * Finds the partitions and begins to read them. Ends the pages when there is nothing left to read, or with what cannot pass.
   * @throws DisConfigError if the stream does not have a partition that was asked for
   */
  async start(): Promise<void> {
    const { pages, progress, settings } = this.#parts
    const infos = await this.#again(() => this.#describe())
    if (infos === undefined) return
    const wanted = settings.partitions
    const missing = wanted.find((id) => !infos.some(({ partitionId }) => partitionId === id))
    if (missing !== undefined) {
      const cure = `allowed: ${infos.map(({ partitionId }) => partitionId).join(', ')}`
      throw invalidOption('partitions', `'${missing}'`, cure)
    }
    const chosen = infos.filter(({ partitionId }) => wanted.length === 0 || wanted.includes(partitionId))
    const places = await this.#again(() =>
      Promise.all(chosen.map(async (info) => [info, await progress.load(info.partitionId)] as const))
    )
    if (places === undefined) return
    this.#hasCheckpoints = places.some(([, place]) => place !== undefined)
    const reading = places.map(([info, place]) => this.#read(info, this.#startOf(info, place)))
    this.#noted()
    void this.#endWith(this.#watch())
    if (wanted.length > 0) void Promise.all(reading).then(() => pages.end())
  }

  /** Where a partition is begun that was there at the start. */
  #startOf(info: PartitionInfo, checkpoint: bigint | undefined): Start {
    const { settings, progress } = this.#parts
    const { from, lookBack = 0 } = settings
    if (checkpoint !== undefined) {
      const oldest = sequenceOf(info.oldestSequenceNumber) ?? 0n
      const next = sequenceOf(info.nextSequenceNumber) ?? 0n
      const back = checkpoint + 1n - BigInt(lookBack)
      const start = back > oldest ? back : oldest
      // A checkpoint that no record has is of an earlier stream of that name. What this one holds was not read.
      if (checkpoint >= next || start > checkpoint) return { position: after(checkpoint) }
      return { position: { type: 'AT_SEQUENCE_NUMBER', sequenceNumber: String(start) }, noteUpTo: checkpoint }
    }
    if (from.type !== 'LATEST') return { position: from }
    // The consumer was here before, and then this partition was not, or was empty.
    if (this.#hasCheckpoints) return { position: { type: 'TRIM_HORIZON' } }
    // A number, so that it can be a checkpoint: "latest" is another place after each restart.
    const next = sequenceOf(info.nextSequenceNumber)
    if (next === undefined) return { position: from }
    if (next > 0n) progress.startBehind(info.partitionId, next - 1n)
    return { position: { type: 'AT_SEQUENCE_NUMBER', sequenceNumber: String(next) }, otherwise: from }
  }

  #read({ partitionId, status }: PartitionInfo, start: Start): Promise<void> {
    const { client, note, pages, progress, signal, warn } = this.#parts
    this.#unnoted++
    let isNoted = false
    const noted = () => {
      if (!isNoted) this.#noted()
      isNoted = true
    }
    const parts: PartitionParts = {
      client,
      pages,
      signal,
      warn,
      note,
      allNoted: this.#allNoted,
      restarted: (id) => progress.forget(id)
    }
    const reader = new PartitionReader(partitionId, start, parts, noted)
    reader.isClosed = status === 'DELETED'
    this.#readers.set(partitionId, reader)
    return this.#endWith(reader.run())
  }

  #noted(): void {
    if (--this.#unnoted === 0) this.#resolveNoted()
  }

  /** What cannot pass ends the pages. */
  #endWith(work: Promise<void>): Promise<void> {
    return work.catch((error: unknown) => this.#parts.pages.end({ error }))
  }

  /** Looks for partitions that were added, or closed, since. */
  async #watch(): Promise<void> {
    const { progress, settings, signal } = this.#parts
    while (await sleep(settings.refreshMs, true, { signal }).catch(() => false)) {
      const infos = await this.#again(() => this.#describe())
      for (const info of infos ?? []) {
        const reader = this.#readers.get(info.partitionId)
        if (reader !== undefined) reader.isClosed = info.status === 'DELETED'
        else if (settings.partitions.length === 0) {
          const place = await this.#again(() => progress.load(info.partitionId))
          if (signal.aborted) return
          // Whatever it holds has arrived since the start.
          void this.#read(info, { position: place === undefined ? { type: 'TRIM_HORIZON' } : after(place) })
        }
      }
    }
  }

  async #describe(): Promise<readonly PartitionInfo[]> {
    const { partitions } = await this.#parts.client.describeStream()
    // DELETED ones take no records any more but keep theirs; EXPIRED ones have lost them.
    return partitions.filter(({ status }) => status === 'ACTIVE' || status === 'DELETED')
  }

  /** Calls until it works; undefined when stopped. Rejects with what cannot pass. */
  async #again<T>(call: () => Promise<T>): Promise<T | undefined> {
    const { signal, warn } = this.#parts
    let refusals = 0
    for (let failures = 1; !signal.aborted; failures++) {
      try {
        return await call()
      } catch (error) {
        if (signal.aborted) return undefined
        const kind = failureOf(error)
        if (kind !== 'passing' && !(kind === 'unauthorized' && ++refusals === 1)) throw error
        if (failures > QUIET_FAILURES) warn(warningOf(error, 'the stream'))
        const ms = fullJitterMs(failures, BASE_MS, MAX_MS, Math.random())
        await sleep(ms, undefined, { signal }).catch(() => {})
      }
    }
    return undefined
  }
}

function after(sequence: bigint): CursorPosition {
  return { type: 'AFTER_SEQUENCE_NUMBER', sequenceNumber: String(sequence) }
}
