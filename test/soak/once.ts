/**
 * What a consumer gets that leaves out repeats by the ids of `lineId`, as `readStream({ dedupe: true })` does: of the lines that
 * arrived each one, once.
 *
 * Bounded by: the window of a reader for each stream, and intervals for each writer.
 */
import { Repeats } from '../../packages/core/src/reader/repeats.ts'
import { IntervalSet } from './intervals.ts'
import { readLine } from './lines.mjs'
import type { LineOf } from './receipts.ts'

/** The lines of one writer. */
interface Lines {
  readonly arrived: IntervalSet
  readonly got: IntervalSet
  cameAgain: number
  gotAgain: number
}

/** What the consumer got of one writer. */
export interface OnceFigures {
  readonly writer: string
  readonly arrived: number
  /** How often a line arrived that had arrived before. */
  readonly cameAgain: number
  readonly got: number
  /** How often the consumer got one that it had. */
  readonly gotAgain: number
}

export class Once {
  readonly #readers = new Map<string, Repeats>()
  readonly #writers = new Map<string, Lines>()

  /** Lines of this writer carry ids. */
  add(writer: string): void {
    const lines = { arrived: new IntervalSet(), got: new IntervalSet(), cameAgain: 0, gotAgain: 0 }
    this.#writers.set(writer, lines)
  }

  /** A record of a stream, with the lines that it packs. */
  arrived(stream: string, data: Buffer, lines: readonly LineOf[]): void {
    for (const { writer, n } of lines) {
      const account = this.#writers.get(writer)
      if (account !== undefined && !account.arrived.add(n)) account.cameAgain++
    }
    const kept = this.#reader(stream).without(data)
    const given = kept === undefined ? [] : kept === data ? lines : linesOf(kept)
    for (const { writer, n } of given) {
      const account = this.#writers.get(writer)
      if (account !== undefined && !account.got.add(n)) account.gotAgain++
    }
  }

  figures(): OnceFigures[] {
    return [...this.#writers].map(([writer, { arrived, got, cameAgain, gotAgain }]) => ({
      writer,
      arrived: arrived.size,
      cameAgain,
      got: got.size,
      gotAgain
    }))
  }

  #reader(stream: string): Repeats {
    const reader = this.#readers.get(stream) ?? new Repeats()
    this.#readers.set(stream, reader)
    return reader
  }
}

function linesOf(data: Buffer): LineOf[] {
  return data
    .toString()
    .split('\n')
    .flatMap((text) => {
      const line = readLine(text)
      return line === undefined ? [] : [{ writer: line.writer, n: line.n }]
    })
}
