import { type Refusal, refuse } from './errors.ts'

/**
 * Cursors: where to read on. To clients they are opaque; inside is JSON of the kind that the documented
 * samples show. URL-safe Base64 without padding, because the Java and Go SDKs put them into URLs unescaped.
 */

/** The place that a cursor stands for. */
export interface Cursor {
  readonly streamName: string
  readonly streamId: string
  readonly partitionId: string
  readonly sequenceNumber: string
  /** When it was handed out. */
  readonly issuedAtMs: number
}

/** Documented lifetime of a cursor. */
export const CURSOR_LIFETIME_MS: number = 5 * 60_000

/** Documented longest cursor, in characters. */
const MAX_LENGTH = 512

/** Writes a cursor. */
export function formatCursor(cursor: Cursor): string {
  const value = {
    getIteratorParam: {
      'stream-name': cursor.streamName,
      'stream-id': cursor.streamId,
      'partition-id': cursor.partitionId,
      'cursor-type': 'AT_SEQUENCE_NUMBER',
      'starting-sequence-number': cursor.sequenceNumber
    },
    generateTimestamp: cursor.issuedAtMs
  }
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

/** Reads a cursor. Refused if it is none of ours, or older than five minutes. */
export function parseCursor(text: string, nowMs: number): Cursor | Refusal {
  const cursor = text.length <= MAX_LENGTH ? readCursor(text) : undefined
  if (cursor === undefined) return refuse('DIS.4217')
  return nowMs - cursor.issuedAtMs > CURSOR_LIFETIME_MS ? refuse('DIS.4225') : cursor
}

function readCursor(text: string): Cursor | undefined {
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
  const place = property(value, 'getIteratorParam')
  const streamName = property(place, 'stream-name')
  const streamId = property(place, 'stream-id')
  const partitionId = property(place, 'partition-id')
  const sequenceNumber = property(place, 'starting-sequence-number')
  const issuedAtMs = property(value, 'generateTimestamp')
  if (typeof streamName !== 'string' || typeof streamId !== 'string' || typeof partitionId !== 'string')
    return undefined
  if (typeof sequenceNumber !== 'string' || !/^\d{1,19}$/.test(sequenceNumber)) return undefined
  if (typeof issuedAtMs !== 'number') return undefined
  return { streamName, streamId, partitionId, sequenceNumber, issuedAtMs }
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}
