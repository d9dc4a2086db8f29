/** records → their lines → standard output, counted, and no faster than it is read. */
import { isUtf8 } from 'node:buffer'
import { once } from 'node:events'
import { type DisRecord, printable } from '@dis-logs/core'
import type { TextOutput } from '../io.ts'
import { paint } from '../output.ts'
import { linesOf } from '../stream/lines.ts'
import type { StatusLine } from '../terminal/status-line.ts'
import type { Filter } from './filter.ts'
import { type Paint, prettyLine } from './pretty.ts'

/**
 * `raw`: the data and a newline. `pretty`: for people, harmless. `json`: an object a line, in which no character acts on a terminal
 * or hides.
 */
export type OutputFormat = 'raw' | 'pretty' | 'json'

const NEWLINE = Buffer.from('\n')

/** What is printed, and how much of it. */
export interface Printing {
  readonly format: OutputFormat
  readonly filter: Filter
  /** Lines over all partitions. */
  readonly limit: number
}

/** Prints the lines of all partitions, up to a limit over all of them. */
export class Printer {
  readonly #output: TextOutput
  readonly #printing: Printing
  readonly #atLimit: () => void
  readonly #paint: Paint
  #status: StatusLine | undefined
  #left: number
  #writing = 0
  #drain: Promise<unknown> | undefined
  #arrivedAt = performance.now()

  /** `atLimit` is called once, when as many lines are printed as may be. */
  constructor(output: TextOutput, printing: Printing, atLimit: () => void) {
    this.#output = output
    this.#printing = printing
    this.#left = printing.limit
    this.#paint = (style, text) => paint(output, style, text)
    this.#atLimit = atLimit
  }

  /** A line below the output, which steps aside for it. */
  set status(status: StatusLine) {
    this.#status = status
  }

  /** Time in ms since the last record arrived, or since the start; 0 while the output makes us wait. */
  get idleMs(): number {
    return this.#writing > 0 ? 0 : performance.now() - this.#arrivedAt
  }

  /** Records that are worth asking for: each has a line at least. With a filter nobody knows. */
  get wantedRecords(): number {
    return this.#printing.filter.isActive ? Number.POSITIVE_INFINITY : this.#left
  }

  /** Prints what filter and limit allow. Waits until the output takes more; rejects when `signal` is aborted. */
  async print(partitionId: string, records: readonly DisRecord[], signal: AbortSignal): Promise<void> {
    if (records.length === 0 || this.#left === 0) return
    const text = Buffer.concat(records.map((record) => this.#take(partitionId, record)))
    this.#status?.clear()
    const hasRoom = text.length === 0 || this.#output.write(text)
    this.#status?.redraw()
    if (!hasRoom) await this.#drained(signal)
    this.#arrivedAt = performance.now()
    if (this.#left === 0) this.#atLimit()
  }

  /** The part of a record that is printed, its newlines included. */
  #take(partitionId: string, record: DisRecord): Buffer {
    const { filter, format } = this.#printing
    if (this.#left === 0 || !filter.takesRecord(record)) return Buffer.alloc(0)
    const lines = linesOf(record.data)
    const taken = [...lines.keys()].filter((index) => filter.takesLine(at(lines, index))).slice(0, this.#left)
    this.#left -= taken.length
    // Byte for byte, empty lines included.
    if (format === 'raw' && taken.length === lines.length) return Buffer.concat([record.data, NEWLINE])
    return Buffer.concat(taken.map((index) => this.#format(partitionId, record, lines, index)))
  }

  #format(partitionId: string, record: DisRecord, lines: readonly Buffer[], index: number): Buffer {
    const line = at(lines, index)
    switch (this.#printing.format) {
      case 'raw':
        return Buffer.concat([line, NEWLINE])
      case 'json':
        return Buffer.from(`${jsonLine(partitionId, record, lines, index)}\n`)
      case 'pretty': {
        const { partitionKey, timestamp } = record
        const context = { partitionKey, timestamp, nowMs: Date.now(), paint: this.#paint }
        return Buffer.from(`${prettyLine(line, context)}\n`)
      }
      default: {
        const never: never = this.#printing.format
        return never
      }
    }
  }

  async #drained(signal: AbortSignal): Promise<void> {
    this.#writing++
    // Partitions share one listener, and Node takes more than ten for a leak.
    this.#drain ??= once(this.#output, 'drain', { signal }).finally(() => {
      this.#drain = undefined
    })
    try {
      await this.#drain
    } finally {
      this.#writing--
    }
  }
}

/** `line` and `lines` say which one of how many a line of a packed record is. */
function jsonLine(partitionId: string, record: DisRecord, lines: readonly Buffer[], index: number): string {
  const { partitionKey, sequenceNumber, timestamp } = record
  const data = at(lines, index)
  const text = isUtf8(data)
    ? { data: data.toString('utf8') }
    : { data: data.toString('base64'), encoding: 'base64' }
  const place = lines.length > 1 ? { line: index + 1, lines: lines.length } : {}
  const fields = {
    partitionId,
    partitionKey: partitionKey ?? null,
    sequenceNumber,
    timestamp,
    ...place,
    ...text
  }
  return printable(JSON.stringify(fields))
}

function at(lines: readonly Buffer[], index: number): Buffer {
  return lines[index] ?? Buffer.alloc(0)
}
