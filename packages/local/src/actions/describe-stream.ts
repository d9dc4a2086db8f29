import { type Answer, jsonAnswer } from '../answer.ts'
import type { Action, Call, World } from '../call.ts'
import { Refusal, refuse } from '../errors.ts'
import { formatRange } from '../hashing.ts'
import { isLongPartitionId, parsePartitionId } from '../partition-id.ts'
import type { Partition, Rescale } from '../stream.ts'

// From the older edition of the API reference: 1 … 1,000, 100 if not given.
const MAX_LIMIT = 1_000
const DEFAULT_LIMIT = 100

/** A stream and a page of its partitions, closed ones included. */
export const describeStream: Action = {
  name: 'DescribeStream',
  prepare(call, world) {
    return { streamName: call.pathName, run: () => describe(call, world) }
  }
}

function describe(call: Call, world: World): Answer | Refusal {
  const stream = world.store.find(call.pathName, call.query.get('stream_id') ?? '', call.projectId)
  if (stream instanceof Refusal) return stream
  const after = startAfter(call)
  if (after instanceof Refusal) return after
  const limit = limitOf(call)
  if (limit instanceof Refusal) return limit
  const { seed, partitions, active } = stream
  const page = partitions.slice(after + 1, after + 1 + limit)
  return jsonAnswer({
    stream_name: seed.name,
    stream_id: seed.id,
    create_time: seed.createdAtMs,
    last_modified_time: stream.modifiedAtMs,
    retention_period: seed.retentionHours,
    status: stream.statusAt(call.nowMs),
    stream_type: seed.type,
    data_type: seed.dataType,
    writable_partition_count: active.length,
    readable_partition_count: partitions.length,
    partitions: page.map(partitionJson),
    has_more_partitions: after + 1 + page.length < partitions.length,
    update_partition_counts: stream.rescales.map(rescaleJson),
    tags: seed.tags,
    auto_scale_enabled: false,
    auto_scale_min_partition_count: active.length,
    auto_scale_max_partition_count: active.length
  })
}

function startAfter(call: Call): number | Refusal {
  const text = call.query.get('start_partitionId') ?? ''
  if (text === '') return -1
  const index = isLongPartitionId(text) ? parsePartitionId(text) : undefined
  return index ?? refuse('DIS.4201', JSON.stringify(text.slice(0, 60)))
}

function limitOf(call: Call): number | Refusal {
  const text = call.query.get('limit_partitions') ?? ''
  if (text === '') return DEFAULT_LIMIT
  const limit = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
  return limit >= 1 && limit <= MAX_LIMIT
    ? limit
    : refuse('DIS.4200', `limit_partitions must be 1 … ${MAX_LIMIT}`)
}

function partitionJson(partition: Partition): object {
  return {
    status: partition.status,
    partition_id: partition.id,
    parent_partitions: '',
    hash_range: formatRange(partition.range.first, partition.range.last),
    sequence_number_range: partition.sequenceRange
  }
}

// Without `result_code` and `result_msg`, which the models of the official SDKs take: Python v3 reads `int(result_msg)`, and Go wants a text
// as `result_code`.
function rescaleJson(rescale: Rescale): object {
  return {
    create_timestamp: rescale.atMs,
    src_partition_count: rescale.from,
    target_partition_count: rescale.to,
    auto_scale: false
  }
}
