import { jsonAnswer } from '../answer.ts'
import type { Action, Call, World } from '../call.ts'
import { formatCursor } from '../cursor.ts'
import { Refusal, refuse, refuseWith } from '../errors.ts'
import { findPartition, refuseOutside } from '../find-partition.ts'
import { MAX_HASH } from '../hashing.ts'
import type { Partition } from '../stream.ts'

// The largest sequence number is the same 2^63-1 as the largest hash.
const MAX_SEQUENCE_NUMBER = MAX_HASH

/** A cursor into one partition. For kept records A … B-1, each type starts where the API reference says. */
export const getCursor: Action = {
  name: 'GetCursor',
  prepare(call, world) {
    const streamName = call.query.get('stream-name') ?? ''
    return { streamName, run: () => open(call, world, streamName) }
  }
}

function open(call: Call, world: World, streamName: string): ReturnType<typeof jsonAnswer> | Refusal {
  const stream = world.store.find(streamName, call.query.get('stream-id') ?? '', call.projectId)
  if (stream instanceof Refusal) return stream
  const partition = findPartition(stream, call.query.get('partition-id') ?? '')
  if (partition instanceof Refusal) return partition
  const position = startOf(partition, call)
  if (position instanceof Refusal) return position
  const cursor = formatCursor({
    streamName: stream.seed.name,
    streamId: stream.seed.id,
    partitionId: partition.id,
    sequenceNumber: partition.sequenceNumber(position),
    issuedAtMs: call.nowMs
  })
  return jsonAnswer({ partition_cursor: cursor })
}

function startOf(partition: Partition, call: Call): number | Refusal {
  const { oldest, next } = partition.log
  const type = call.query.get('cursor-type') || 'AT_SEQUENCE_NUMBER'
  switch (type) {
    case 'TRIM_HORIZON':
      return oldest
    case 'LATEST':
      return next
    case 'AT_SEQUENCE_NUMBER':
      return numbered(partition, call, 0)
    case 'AFTER_SEQUENCE_NUMBER':
      return numbered(partition, call, 1)
    case 'AT_TIMESTAMP':
      return timed(partition, call)
    default:
      return refuse('DIS.4215', JSON.stringify(type.slice(0, 60)))
  }
}

// AT takes A ≤ n ≤ B, AFTER takes A-1 ≤ n ≤ B-1: in both cases the place to start lies within A … B.
function numbered(partition: Partition, call: Call, step: number): number | Refusal {
  const text = call.query.get('starting-sequence-number') ?? ''
  // -1 is right where nothing was trimmed: the place after it is the first record.
  if (!/^(-1|\d{1,19})$/.test(text)) return refuse('DIS.4216', JSON.stringify(text.slice(0, 60)))
  const number = BigInt(text)
  if (number > MAX_SEQUENCE_NUMBER) return refuse('DIS.4216', text)
  const position = partition.position(number) + BigInt(step)
  if (position < BigInt(partition.log.oldest) || position > BigInt(partition.log.next)) {
    return refuseOutside(text, partition)
  }
  return Number(position)
}

function timed(partition: Partition, call: Call): number | Refusal {
  const text = call.query.get('timestamp') ?? ''
  if (!/^\d{1,16}$/.test(text)) return refuse('DIS.4300', 'timestamp must be milliseconds since 1970')
  const oldest = partition.log.first()
  if (oldest !== undefined && Number(text) < oldest.timestampMs) {
    const last = oldest.timestampMs - 1
    return refuseWith('DIS.4300', `[timestamp is expired, timestamp should be larger than ${last}]`)
  }
  return partition.log.findTime(Number(text))
}
