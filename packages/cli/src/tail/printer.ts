/** records → standard output, counted, and no faster than it is read. */
import { isUtf8 } from 'node:buffer'
import { once } from 'node:events'
import type { Writable } from 'node:stream'
import { type DisRecord, printable } from '@dis-logs/core'
import { terminalText } from './terminal-text.ts'

/**
 * `raw`: the data and a newline. `terminal`: the same, but harmless. `json`: an object a line, in which no character acts on a terminal
 * or hides.
 */
export type OutputFormat = 'raw' | 'terminal' | 'json'

const NEWLINE = Buffer.from('\n')

/** One record as it is printed, its newline included. */
export function formatRecord(partitionId: string, record: DisRecord, format: OutputFormat): Buffer {
  if (format === 'raw') return Buffer.concat([record.data, NEWLINE])
  if (format === 'terminal') return Buffer.from(`${terminalText(record.data)}\n`)
  const { partitionKey, sequenceNumber, timestamp, data } = record
  const text = isUtf8(data)
    ? { data: data.toString('utf8') }
    : { data: data.toString('base64'), encoding: 'base64' }
  const fields = { partitionId, partitionKey: partitionKey ?? null, sequenceNumber, timestamp, ...text }
  return Buffer.from(`${printable(JSON.stringify(fields))}\n`)
}

/** Prints the records of all partitions, up to a limit over all of them. */
export class Printer {
  readonly #output: Writable
  readonly #format: OutputFormat
  readonly #atLimit: () => void
  #left: number
  #writing = 0
  #printedAt = performance.now()

  /** `atLimit` is called once, when `limit` records are printed. */
  constructor(output: Writable, format: OutputFormat, limit: number, atLimit: () => void) {
    this.#output = output
    this.#format = format
    this.#left = limit
    this.#atLimit = atLimit
  }

  /** Time in ms since the last record was printed, or since the start; 0 while the output makes us wait. */
  get idleMs(): number {
    return this.#writing > 0 ? 0 : performance.now() - this.#printedAt
  }

  /** Records that may still be printed. */
  get left(): number {
    return this.#left
  }

  /** Prints what the limit allows. Waits until the output takes more; rejects when `signal` is aborted. */
  async print(partitionId: string, records: readonly DisRecord[], signal: AbortSignal): Promise<void> {
    const allowed = records.slice(0, this.#left)
    if (allowed.length === 0) return
    this.#left -= allowed.length
    const text = Buffer.concat(allowed.map((record) => formatRecord(partitionId, record, this.#format)))
    if (!this.#output.write(text)) await this.#drained(signal)
    this.#printedAt = performance.now()
    if (this.#left === 0) this.#atLimit()
  }

  async #drained(signal: AbortSignal): Promise<void> {
    this.#writing++
    try {
      await once(this.#output, 'drain', { signal })
    } finally {
      this.#writing--
    }
  }
}
