/**
 * What a body format is: how a batch becomes bytes, and bytes an answer. Chosen once, at construction, so that nothing asks
 * for the format line by line.
 */
import type { Route } from '../record/route.ts'
import type { SendRecordsAnswer, StoredRecord } from './response.ts'

/** What an encoder needs of a batch; records are given by index, their lines by their numbers. */
export interface EncodableBatch {
  readonly records: number
  readonly bytes: number
  begin(index: number): number
  end(index: number): number
  line(index: number): number
  encodedRoute(record: number): string
}

/** Where the bytes of lines are. */
export interface LineBytes {
  length(line: number): number
  base64(line: number): string
  copy(line: number, target: Buffer, offset: number): number
}

export interface BodyFormat {
  readonly contentType: string
  /** Bytes of a body without records. */
  readonly emptyBytes: number
  /** What follows the data of each record of a route, one character a byte: made once for a lane. */
  encodeRoute(route: Route): string
  /** Bytes that a record of so many bytes, with an encoded route of so many, adds to a body. Never less than it really is. */
  recordBytes(dataBytes: number, routeBytes: number): number
  /** The body, in memory of the {@link Bodies} that the format was given. The format may use its scratch memory again. */
  encode(batch: EncodableBatch, store: LineBytes): Buffer
  /** Reads a 200 answer that says of each record that it was stored, as nearly all do; `undefined` if it is another one. */
  readStored(body: Buffer, records: number): readonly StoredRecord[] | undefined
  /** Reads a 200 answer to a request of `records` records. Total: whatever comes in, a value comes out. */
  readAnswer(body: Buffer, records: number): SendRecordsAnswer
}
