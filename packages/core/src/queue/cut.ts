/** A batch that the service does not take as a whole → its parts. */
import { Batch } from './batch.ts'
import type { Bisection } from './bisection.ts'

/** What a cut needs to know: bytes of a line, and bytes that a record takes in a body. */
export interface CutSizes {
  length(line: number): number
  recordBytes(dataBytes: number, routeBytes: number): number
  readonly emptyBytes: number
}

/**
 * Cuts between records, into two parts. Cuts a single record between its lines; then the second part follows when the first one
 * is settled ({@link Batch.rest}), because two records of a lane on the way at once could overtake each other.
 * @throws RangeError for a batch of one line
 */
export function cutBatch(batch: Batch, bisection: Bisection | undefined, sizes: CutSizes): Batch[] {
  if (!batch.isDivisible) throw new RangeError('one line cannot be cut')
  const { takenAt, records, rest } = batch
  if (records > 1) {
    const middle = Math.ceil(records / 2)
    return [
      [0, middle],
      [middle, records]
    ].map(([from = 0, to = 0]) => {
      const part = startPart(new Batch(takenAt, { bisection }), sizes)
      for (let record = from; record < to; record++)
        addRecord(part, batch, record, batch.begin(record), batch.end(record), sizes)
      return part
    })
  }
  const middle = Math.ceil(batch.lineCount / 2)
  const second = startPart(new Batch(takenAt, { bisection, rest }), sizes)
  addRecord(second, batch, 0, middle, batch.lineCount, sizes)
  const first = startPart(new Batch(takenAt, { bisection, rest: second }), sizes)
  addRecord(first, batch, 0, 0, middle, sizes)
  return [first]
}

function startPart(part: Batch, { emptyBytes }: CutSizes): Batch {
  part.bodyBytes = emptyBytes
  return part
}

function addRecord(
  part: Batch,
  batch: Batch,
  record: number,
  from: number,
  to: number,
  sizes: CutSizes
): void {
  const before = part.bytes
  for (let index = from; index < to; index++) {
    const line = batch.line(index)
    part.add(line, sizes.length(line) + (index > from ? 1 : 0))
  }
  part.endRecord(batch.lane(record))
  part.bodyBytes += sizes.recordBytes(part.bytes - before, batch.encodedRoute(record).length)
}
