/**
 * A stream as an async iterable of records, for consumers.
 *
 * At least once: a checkpoint is behind what the consumer is done with, so after a crash it reads the last records again. With `dedupe`
 * lines that producers sent twice are left out.
 */
import { setMaxListeners } from 'node:events'
import { every, systemClock } from '../clock.ts'
import type { WarningCode } from '../report/codes.ts'
import { renderCure } from '../report/cure.ts'
import { cureOf } from '../report/diagnoses.ts'
import type { WarningEvent } from '../report/events.ts'
import { printableLine } from '../report/printable.ts'
import type { DisRecord } from './answers.ts'
import { AppCheckpoints } from './app-checkpoints.ts'
import { createClient, type DisClient } from './client.ts'
import { PageQueue } from './page-queue.ts'
import { Partitions } from './partitions.ts'
import { sequenceOf } from './position.ts'
import { Progress } from './progress.ts'
import { checkReadOptions, type ReadOptions, type ReadSettings } from './read-options.ts'
import { Repeats } from './repeats.ts'

/** A record of the stream. `linesOf` takes it apart. */
export interface StreamRecord extends DisRecord {
  /** `shardId-0000000000` */
  readonly partitionId: string
  /** With `dedupe` without the lines that came before. */
  readonly data: Buffer
}

/** What a reader has done so far. */
export interface ReadStats {
  /** Records given to the consumer. */
  readonly records: number
  /** Lines that `dedupe` left out. */
  readonly repeats: number
  /** Partitions that are, or were, read. */
  readonly partitions: number
}

/** Records of a stream, to be read once: by one `for await`. Order holds within a partition. */
export interface StreamReader extends AsyncIterable<StreamRecord> {
  /**
   * Stores the place behind all records that were given so far, the last one included: call it when all of them are safe. Rejects as the
   * store does, or with a DisRequestError.
   */
  checkpoint(): Promise<void>
  stats(): ReadStats
}

const CHECKPOINT: WarningCode = 'CHECKPOINT'
const REPEAT_MS = 60_000

/**
 * Reads a stream. Nothing is asked before the first record is.
 *
 * The iteration ends when `signal` is aborted, or when all `partitions` that were asked for are closed and read; it throws a
 * DisRequestError that trying again cannot help, a DisCredentialsError, or what `checkpoints.load` throws. Failures that pass, such as
 * throttling, are waited for.
 * @throws DisConfigError if the options cannot work
 */
export function readStream(options: ReadOptions = {}): StreamReader {
  const settings = checkReadOptions(options)
  return new Reader(settings, createClient(settings.connection))
}

class Reader implements StreamReader {
  readonly #settings: ReadSettings
  /** For checkpoints, one more when the first one is closed. */
  #client: DisClient
  readonly #progress: Progress
  readonly #pages = new PageQueue()
  readonly #repeats: Repeats | undefined
  readonly #partitions: Partitions
  readonly #end = new AbortController()
  readonly #saidAt = new Map<string, number>()
  #isTaken = false
  #isOver = false
  #records = 0

  constructor(settings: ReadSettings, client: DisClient) {
    this.#settings = settings
    this.#client = client
    const { app, checkpoints, lookBack } = settings
    // Each partition waits with it.
    setMaxListeners(0, this.#end.signal)
    this.#progress = new Progress(
      app === undefined ? checkpoints : new AppCheckpoints(() => this.#client, app)
    )
    this.#repeats = lookBack === undefined ? undefined : new Repeats()
    this.#partitions = new Partitions({
      client,
      pages: this.#pages,
      progress: this.#progress,
      settings,
      signal: this.#end.signal,
      warn: (event) => this.#warn(event),
      note: ({ data }) => this.#repeats?.note(data)
    })
  }

  [Symbol.asyncIterator](): AsyncIterator<StreamRecord, void, undefined> {
    const records = this.#iterate()
    return {
      next: () => records.next(),
      // A generator hears of it only when it has something to give: that may take for ever.
      return: () => {
        this.#stop()
        return records.return()
      }
    }
  }

  async *#iterate(): AsyncGenerator<StreamRecord, void, undefined> {
    if (this.#isTaken) throw new TypeError('a stream reader can be iterated once; make another one')
    this.#isTaken = true
    const { checkpointMs, signal } = this.#settings
    const stop = () => this.#stop()
    signal?.addEventListener('abort', stop)
    const stopSaving =
      checkpointMs === null ? () => {} : every(systemClock, checkpointMs, () => void this.#save())
    // Connections and timers don't keep the process alive, but the consumer waits for records.
    const release = systemClock.keepAlive()
    try {
      if (signal?.aborted !== true) yield* this.#read()
    } finally {
      signal?.removeEventListener('abort', stop)
      stopSaving()
      this.#stop()
      if (checkpointMs !== null)
        await this.#progress.saveAtEnd().catch((error) => this.#warnOfCheckpoint(error))
      this.#isOver = true
      await this.#client.close()
      release()
    }
  }

  async checkpoint(): Promise<void> {
    // A consumer that collects records stores the last of them when the loop is over.
    const { app, connection } = this.#settings
    const isReopened = this.#isOver && app !== undefined
    if (isReopened) this.#client = createClient(connection)
    try {
      await this.#progress.save('given')
    } finally {
      if (isReopened) await this.#client.close()
    }
  }

  stats(): ReadStats {
    return { records: this.#records, repeats: this.#repeats?.count ?? 0, partitions: this.#partitions.count }
  }

  async *#read(): AsyncGenerator<StreamRecord, void, undefined> {
    const pages = this.#pages
    this.#partitions.start().catch((error: unknown) => pages.end({ error }))
    for (let page = await pages.take(); page !== undefined; page = await pages.take()) {
      const { partitionId, records } = page
      for (const record of records) {
        const sequence = sequenceOf(record.sequenceNumber)
        const data = this.#repeats === undefined ? record.data : this.#repeats.without(record.data)
        if (data !== undefined) {
          if (sequence !== undefined) this.#progress.given(partitionId, sequence)
          this.#records++
          yield { ...record, partitionId, data }
        }
        if (sequence !== undefined) this.#progress.done(partitionId, sequence)
        if (this.#end.signal.aborted) return
      }
      pages.release(page)
    }
  }

  #stop(): void {
    this.#end.abort()
    this.#pages.end()
  }

  async #save(): Promise<void> {
    await this.#progress.save('done').catch((error) => this.#warnOfCheckpoint(error))
  }

  #warnOfCheckpoint(error: unknown): void {
    const message = `a checkpoint cannot be stored: ${error instanceof Error ? error.message : String(error)}`
    this.#warn({ code: CHECKPOINT, message, cure: cureOf(CHECKPOINT) })
  }

  /** Each code at most once a minute: what fails twice a second is one thing to know. */
  #warn(event: WarningEvent): void {
    const now = systemClock.monotonic()
    const last = this.#saidAt.get(event.code)
    if (last !== undefined && now - last < REPEAT_MS) return
    this.#saidAt.set(event.code, now)
    const { onWarning = warnProcess } = this.#settings
    try {
      onWarning(event)
    } catch (error) {
      process.emitWarning(error instanceof Error ? error : String(error), 'DisListenerError')
    }
  }
}

function warnProcess({ code, cure, message }: WarningEvent): void {
  process.emitWarning(printableLine(`${message} — ${renderCure(cure)}`), { code, type: 'DisWarning' })
}
