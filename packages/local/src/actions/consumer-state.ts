import { type Answer, jsonAnswer } from '../answer.ts'
import type { Call, World } from '../call.ts'
import { Refusal, refuse } from '../errors.ts'
import { parsePartitionId } from '../partition-id.ts'
import type { Partition, Stream } from '../stream.ts'

/** What ShowConsumerState answers. Where there is no checkpoint, the number is -1, as in the service's own example. */
export function stateOf(call: Call, world: World, streamName: string): Answer | Refusal {
  if (world.store.apps.get(call.pathName) === undefined) return refuse('DIS.4332', call.pathName)
  const stream = world.store.find(streamName, '', call.projectId)
  if (stream instanceof Refusal) return stream
  const limit = parsePageLimit(call, 1_000, 100)
  if (limit instanceof Refusal) return limit
  const start = parsePartitionId(call.query.get('start_partition_id') ?? '') ?? -1
  const rest = stream.partitions.slice(start + 1)
  const page = rest.slice(0, limit)
  return jsonAnswer({
    has_more: rest.length > page.length,
    stream_name: stream.seed.name,
    app_name: call.pathName,
    partition_consuming_states: page.map((partition) => partitionState(partition, stream, call, world))
  })
}

function partitionState(partition: Partition, stream: Stream, call: Call, world: World): object {
  const checkpoint = world.store.apps.checkpoint(call.pathName, stream.seed.name, partition.id)
  return {
    partition_id: partition.id,
    sequence_number: checkpoint?.sequenceNumber ?? '-1',
    latest_offset: Number(partition.sequenceNumber(partition.log.next)),
    earliest_offset: Number(partition.sequenceNumber(partition.log.oldest)),
    checkpoint_type: 'LAST_READ',
    status: partition.status
  }
}

/** The query's `limit`, a whole number from 1. */
export function parsePageLimit(call: Call, max: number, fallback: number): number | Refusal {
  const text = call.query.get('limit') || String(fallback)
  const limit = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
  return limit >= 1 && limit <= max ? limit : refuse('DIS.4200', `limit must be 1 … ${max}`)
}
