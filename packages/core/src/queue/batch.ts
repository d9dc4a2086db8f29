import type { Lane } from './lane.ts'

/**
 * Records that travel together. Record `i` holds the lines `lines[ends[i-1] … ends[i]-1]` and belongs to
 * `lanes[i]`; everything is numbers into the store, so a record can go back to its lane without a copy.
 */
export class Batch {
  readonly lines: number[] = []
  readonly ends: number[] = []
  readonly lanes: Lane[] = []
  /** Raw record bytes, the newlines between aggregated lines included. */
  bytes = 0
  /** When its lines were taken, in ms: what its answer says is of the pace of that time. */
  readonly takenAt: number

  constructor(takenAt: number = 0) {
    this.takenAt = takenAt
  }

  get records(): number {
    return this.ends.length
  }

  /** Index of the first line of record `index`. */
  begin(index: number): number {
    return index === 0 ? 0 : (this.ends[index - 1] ?? 0)
  }

  /** Index after the last line of record `index`. */
  end(index: number): number {
    return this.ends[index] ?? 0
  }

  lane(index: number): Lane {
    const lane = this.lanes[index]
    if (lane === undefined) throw new RangeError(`no record ${index} in a batch of ${this.records}`)
    return lane
  }

  line(index: number): number {
    const line = this.lines[index]
    if (line === undefined) throw new RangeError(`no line ${index} in a batch of ${this.lines.length}`)
    return line
  }

  /** The two halves of a batch that was too large. @throws RangeError for a single record. */
  split(byteLength: (line: number) => number): [Batch, Batch] {
    if (this.records < 2) throw new RangeError('one record cannot be split')
    const middle = Math.floor(this.records / 2)
    return [this.#part(0, middle, byteLength), this.#part(middle, this.records, byteLength)]
  }

  /**
   * The first half of a single record that was too large; the other half goes back to the front of its lane, because
   * two records of a lane on the way at once could overtake each other. @throws RangeError for a single line
   */
  splitRecord(byteLength: (line: number) => number): Batch {
    if (this.records !== 1 || this.lines.length < 2) throw new RangeError('one line cannot be split')
    const lane = this.lane(0)
    const middle = Math.floor(this.lines.length / 2)
    for (let index = this.lines.length - 1; index >= middle; index--) lane.unshift(this.line(index))
    const half = new Batch(this.takenAt)
    half.lines.push(...this.lines.slice(0, middle))
    half.ends.push(middle)
    half.lanes.push(lane)
    half.bytes = half.lines.reduce((sum, line) => sum + byteLength(line) + 1, -1)
    return half
  }

  #part(from: number, to: number, byteLength: (line: number) => number): Batch {
    const part = new Batch(this.takenAt)
    for (let record = from; record < to; record++) {
      for (let index = this.begin(record); index < this.end(record); index++) {
        const line = this.line(index)
        if (index > this.begin(record)) part.bytes++
        part.bytes += byteLength(line)
        part.lines.push(line)
      }
      part.ends.push(part.lines.length)
      part.lanes.push(this.lane(record))
    }
    return part
  }
}
