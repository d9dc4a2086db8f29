import { type Answer, jsonAnswer } from '../answer.ts'
import { MAX_ADDED_PARTITIONS } from '../bounds.ts'
import type { Action, Call, World } from '../call.ts'
import { Refusal, refuse } from '../errors.ts'
import { integerField, parseObject, stringField } from '../schema.ts'
import { checkQuota } from './create-stream.ts'

/** Changes how many partitions are written; see `Stream.rescale` for what happens to them. */
export const updatePartitionCount: Action = {
  name: 'UpdatePartitionCount',
  prepare(call, world) {
    const object = parseObject(call.body)
    if (object instanceof Refusal) return object
    const name = stringField(object, 'stream_name')
    if (name instanceof Refusal) return name
    if (name !== '' && name !== call.pathName) {
      return refuse('DIS.4200', 'stream_name in the body is not the one in the path')
    }
    const target = integerField(object, 'target_partition_count', 1, 1_000)
    if (target instanceof Refusal) return target
    if (target === undefined) return refuse('DIS.4200', 'target_partition_count is missing')
    return { streamName: call.pathName, run: () => update(call, world, target) }
  }
}

function update(call: Call, world: World, target: number): Answer | Refusal {
  const stream = world.store.find(call.pathName, '', call.projectId)
  if (stream instanceof Refusal) return stream
  if (stream.statusAt(call.nowMs) !== 'RUNNING') return refuse('DIS.4205', `[${stream.seed.name}]`)
  const current = stream.active.length
  const refusal = target > current ? checkQuota(world, stream.seed.type, target - current) : undefined
  if (refusal !== undefined) return refusal
  if (!stream.hasRoomFor(target - current)) {
    return refuse(
      'DIS.4308',
      `this server adds up to ${MAX_ADDED_PARTITIONS} partitions to a stream, closed ones included; delete the stream and create it again`
    )
  }
  stream.rescale(target, call.nowMs, world.store.limitsOf(stream.seed.type))
  return jsonAnswer({
    stream_name: stream.seed.name,
    current_partition_count: current,
    target_partition_count: target
  })
}
