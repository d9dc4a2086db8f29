import type { Route } from '../record/route.ts'
import type { Bisection } from './bisection.ts'
import type { Lane } from './lane.ts'

/** Where a batch comes from, if it is not simply the next one. */
interface BatchOrigin {
  readonly bisection?: Bisection | undefined
  readonly rest?: Batch | undefined
}

/**
 * Records that travel together. Record `i` holds the lines `lines[begin(i) … end(i)-1]`, which are numbers into the store, so
 * a record can go back to its lane without a copy. Filled and cut by the queue; the other stages read it.
 */
export class Batch {
  readonly #lines: number[] = []
  readonly #ends: number[] = []
  readonly #lanes: Lane[] = []
  #bytes = 0
  /** When its lines were taken, monotonic in ms: its answer tells about the rate of that time. */
  readonly takenAt: number
  /** Bytes of its body, or a little more. */
  bodyBytes = 0
  /** The search for a record that the service refuses, if this batch is a part of one. */
  readonly bisection: Bisection | undefined
  /** The second part of a record that was cut: it follows when this batch is settled. */
  readonly rest: Batch | undefined

  constructor(takenAt: number = 0, { bisection, rest }: BatchOrigin = {}) {
    this.takenAt = takenAt
    this.bisection = bisection
    this.rest = rest
  }

  get records(): number {
    return this.#ends.length
  }

  get lineCount(): number {
    return this.#lines.length
  }

  /** Raw record bytes, the newlines between aggregated lines included. */
  get bytes(): number {
    return this.#bytes
  }

  /** Whether it can be cut in two. */
  get isDivisible(): boolean {
    return this.#lines.length > 1
  }

  /** Whether a refusal may be the fault of a single record, so that searching for it is worth while. */
  get isSearchable(): boolean {
    return this.bisection?.isHopeless !== true
  }

  /** Index of the first line of record `index`. */
  begin(index: number): number {
    return index === 0 ? 0 : (this.#ends[index - 1] ?? 0)
  }

  /** Index after the last line of record `index`. */
  end(index: number): number {
    return this.#ends[index] ?? 0
  }

  /** @throws RangeError for an index that no line has */
  line(index: number): number {
    const line = this.#lines[index]
    if (line === undefined) throw new RangeError(`no line ${index} in a batch of ${this.#lines.length}`)
    return line
  }

  route(record: number): Route {
    return this.lane(record).route
  }

  encodedRoute(record: number): string {
    return this.lane(record).encodedRoute
  }

  /** For the queue. @throws RangeError for an index that no record has */
  lane(record: number): Lane {
    const lane = this.#lanes[record]
    if (lane === undefined) throw new RangeError(`no record ${record} in a batch of ${this.records}`)
    return lane
  }

  /** For the queue: appends a line to the open record. `bytes`: its own, and the newline before it if it is not the first. */
  add(line: number, bytes: number): void {
    this.#lines.push(line)
    this.#bytes += bytes
  }

  /** For the queue: ends the open record. */
  endRecord(lane: Lane): void {
    this.#ends.push(this.#lines.length)
    this.#lanes.push(lane)
  }

  /** Every line with its record, in order. */
  *entries(): Generator<{ readonly record: number; readonly line: number }> {
    for (let record = 0; record < this.records; record++) {
      for (let index = this.begin(record); index < this.end(record); index++)
        yield { record, line: this.line(index) }
    }
  }
}
