/** The service of the soak: two streams of a local DIS with limits and keys. Everything that it stores goes to the judge. */
import { renameSync, writeFileSync } from 'node:fs'
import { createLocalDis, type Fault, type LimitsOption, type LocalDis } from '@dis-logs/local'
import { placeOf } from './answers.ts'

export const STREAMS = ['calm', 'storm'] as const
export type StreamName = (typeof STREAMS)[number]

/** The judge's own way in, which no rotation takes away. */
const TOKEN = 'the-token-of-the-soak'
/** Longer than any fault delays a request: what was let in before is stored then, or never. */
const QUIET_MS = 1_000

/**
 * A stream of one server gives its records numbers that no other stream and no other server gives. Else the judge takes the answer
 * for one record as the answer for another one.
 */
const NUMBERS_OF_A_STREAM = 1_000_000_000

/** Hears each record, in the order of arrival. */
export type Take = (stream: StreamName, data: Buffer, place: string) => void

interface Keys {
  readonly accessKey: string
  readonly secretKey: string
}

export class Service {
  readonly #take: Take
  readonly #profile: string
  #dis: LocalDis
  #keys: Keys
  #known: Keys[]
  #keyNumber = 1
  #limits: LimitsOption = true
  readonly #partitions: Record<StreamName, number> = { calm: 3, storm: 3 }
  readonly #faults = new Set<readonly Fault[]>()
  /** One change after the other: faults are taken away and added again, and a server that is started again has to have them. */
  #changes: Promise<void> = Promise.resolve()
  restarts = 0

  /** @param profile the credentials file that is written, and rewritten when keys rotate */
  static async start(profile: string, take: Take): Promise<Service> {
    const keys = keysOf(1)
    const dis = await startDis(0, { calm: 3, storm: 3 }, true, [keys], 0)
    return new Service(dis, keys, profile, take)
  }

  private constructor(dis: LocalDis, keys: Keys, profile: string, take: Take) {
    this.#dis = dis
    this.#keys = keys
    this.#known = [keys]
    this.#profile = profile
    this.#take = take
    this.#writeProfile()
  }

  get port(): number {
    return this.#dis.port
  }

  /** Keys that are good now. */
  get keys(): Keys {
    return this.#keys
  }

  partitions(stream: StreamName): number {
    return this.#partitions[stream]
  }

  /** Hands what arrived to the judge, and forgets it. */
  collect(): Promise<void> {
    return this.#change(() => this.#collect())
  }

  /** Misbehaves until the returned function is called. */
  async misbehave(faults: readonly Fault[]): Promise<() => Promise<void>> {
    await this.#change(async () => {
      this.#faults.add(faults)
      for (const fault of faults) await this.#dis.faults.add(fault)
    })
    return () =>
      this.#change(async () => {
        this.#faults.delete(faults)
        await this.#dis.faults.clear()
        for (const fault of [...this.#faults].flat()) await this.#dis.faults.add(fault)
      })
  }

  limit(limits: LimitsOption): Promise<void> {
    return this.#change(async () => {
      this.#limits = limits
      await this.#dis.setLimits(limits)
    })
  }

  /** Scales a stream, as an operator does. Returns what the service says if it refuses. */
  async rescale(stream: StreamName, count: number): Promise<string | undefined> {
    let refusal: string | undefined
    await this.#change(async () => {
      const response = await fetch(`${this.#dis.url}/v2/p/streams/${stream}`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json', 'x-auth-token': TOKEN },
        body: JSON.stringify({ stream_name: stream, target_partition_count: count })
      })
      const text = await response.text()
      if (response.ok) this.#partitions[stream] = count
      else refusal = `${response.status} ${text.slice(0, 100)}`
    })
    return refusal
  }

  /** New keys, in the credentials file at once. The old ones are good until {@link forgetOldKeys}. */
  addKeys(): Promise<void> {
    return this.#change(async () => {
      this.#keys = keysOf(++this.#keyNumber)
      this.#known.push(this.#keys)
      await this.#dis.auth.addKey(this.#keys)
      this.#writeProfile()
    })
  }

  forgetOldKeys(): Promise<void> {
    return this.#change(async () => {
      for (const { accessKey } of this.#known.slice(0, -1)) await this.#dis.auth.removeKey(accessKey)
      this.#known = [this.#keys]
    })
  }

  /** Ends the server, keeps what it has stored for the judge, and starts another one at the same port. */
  restart(goneMs: number): Promise<void> {
    return this.#change(async () => {
      this.restarts++
      const { port } = this.#dis
      await this.#dis.faults.clear()
      // Nothing is stored any more when the records are collected, so none is stored and not judged.
      await this.#dis.faults.add({ kind: 'reset-before' })
      await sleep(QUIET_MS)
      await this.#collect()
      await this.#dis.close()
      await sleep(goneMs)
      this.#dis = await startDis(port, this.#partitions, this.#limits, this.#known, this.restarts)
      for (const fault of [...this.#faults].flat()) await this.#dis.faults.add(fault)
    })
  }

  async close(): Promise<void> {
    await this.collect()
    await this.#dis.close()
  }

  async #collect(): Promise<void> {
    for (const stream of STREAMS) {
      for (const { data, partitionId, sequenceNumber } of await this.#dis.takeRecords(stream))
        this.#take(stream, data, placeOf(partitionId, sequenceNumber))
    }
  }

  #change(change: () => Promise<void>): Promise<void> {
    const changed = this.#changes.then(change)
    this.#changes = changed.catch(() => {})
    return changed
  }

  #writeProfile(): void {
    const { accessKey, secretKey } = this.#keys
    const text = `[basic]\nak = ${accessKey}\nsk = ${secretKey}\n`
    // Whole or not at all: a reader must not find half a key.
    writeFileSync(`${this.#profile}.new`, text, { mode: 0o600 })
    renameSync(`${this.#profile}.new`, this.#profile)
  }
}

function keysOf(number: number): Keys {
  return { accessKey: `SOAK-ACCESS-KEY-${number}`, secretKey: `soak-secret-key-${number}` }
}

function startDis(
  port: number,
  partitions: Readonly<Record<StreamName, number>>,
  limits: LimitsOption,
  keys: readonly Keys[],
  restarts: number
): Promise<LocalDis> {
  return createLocalDis({
    port,
    streams: STREAMS.map((name, index) => ({
      name,
      partitions: partitions[name],
      firstSequenceNumber: String((restarts * STREAMS.length + index) * NUMBERS_OF_A_STREAM)
    })),
    limits,
    auth: { keys, tokens: [TOKEN], lockAfterFailures: 5 }
  })
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
