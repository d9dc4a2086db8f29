import { DIS_ERRORS, type DisCode, type Refusal, refuse } from './errors.ts'
import { MAX_HASH } from './hashing.ts'
import type { SendEntry, SendResultEntry } from './messages.ts'
import { parsePartitionId } from './partition-id.ts'
import type { Partition, Stream } from './stream.ts'

/**
 * Which partition a record goes to. Precedence: partition id, explicit hash key, partition key, and without
 * any of them the partitions take turns.
 *
 * A partition id or hash key that cannot be read makes the whole request invalid. One that reads well but
 * names no writable partition fails that record alone, since the rest of the request is sound; the API
 * reference does not say which of the two the service does.
 */
export function routeRecord(entry: SendEntry, stream: Stream): Partition | SendResultEntry | Refusal {
  if (entry.partitionId !== '') return byPartitionId(entry.partitionId, stream)
  const hash = entry.explicitHashKey === '' ? undefined : readHash(entry.explicitHashKey)
  if (hash === 'unreadable') {
    return refuse('DIS.4200', `explicit_hash_key must be a decimal number 0 … ${MAX_HASH}`)
  }
  if (hash !== undefined) return stream.ownerOfHash(hash) ?? recordError('DIS.4302')
  const owner = entry.partitionKey === '' ? stream.nextInTurn() : stream.ownerOfKey(entry.partitionKey)
  return owner ?? recordError('DIS.4302')
}

/** The entry of a record that was not stored. */
export function recordError(code: DisCode): SendResultEntry {
  return { errorCode: code, errorMessage: DIS_ERRORS[code].message }
}

function byPartitionId(text: string, stream: Stream): Partition | SendResultEntry | Refusal {
  const index = parsePartitionId(text)
  if (index === undefined) return refuse('DIS.4201', JSON.stringify(text.slice(0, 60)))
  const partition = stream.partitions[index]
  if (partition === undefined) return recordError('DIS.4302')
  return partition.status === 'ACTIVE' ? partition : recordError('DIS.4319')
}

// A negative number counts as not given: the SDK's mapping falls back to the partition key there.
function readHash(text: string): bigint | 'unreadable' | undefined {
  if (!/^-?\d{1,40}$/.test(text)) return 'unreadable'
  const hash = BigInt(text)
  if (hash < 0n) return undefined
  return hash > MAX_HASH ? 'unreadable' : hash
}
