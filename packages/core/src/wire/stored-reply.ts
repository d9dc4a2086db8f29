/**
 * reply → the results of records that were all stored. Pure.
 *
 * Such an answer is not searched for secrets, which took longer than to read it: 0.17 µs a record. Nothing of it is kept but the ids of
 * partitions, and these are searched. Every other answer is redacted before anybody reads it.
 */
import type { BodyFormat } from './format.ts'
import type { WireReply } from './message.ts'
import { quotesNothing } from './redact.ts'
import type { StoredRecord } from './response.ts'

/** `undefined` if it is another answer, or one that quotes something. */
export function readStoredReply(
  reply: WireReply,
  records: number,
  format: Pick<BodyFormat, 'readStored'>,
  secrets: readonly string[]
): readonly StoredRecord[] | undefined {
  if (reply.kind === 'failure' || reply.status < 200 || reply.status >= 300) return undefined
  // Nobody can say what an encoded body is.
  if (reply.headers['content-encoding'] !== undefined) return undefined
  const results = format.readStored(reply.body, records)
  if (results === undefined) return undefined
  const seen = new Set<string>()
  let last: StoredRecord | undefined
  for (const result of results) {
    // Neighbours mostly share one object.
    if (result !== last) seen.add(result.partitionId)
    last = result
  }
  return quotesNothing([...seen], secrets) ? results : undefined
}
