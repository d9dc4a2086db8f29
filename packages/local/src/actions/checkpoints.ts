import { emptyAnswer, jsonAnswer } from '../answer.ts'
import type { Action, Prepared, World } from '../call.ts'
import { Refusal, refuse } from '../errors.ts'
import { findPartition, refuseOutside } from '../find-partition.ts'
import { parseObject, stringField, wordField } from '../schema.ts'
import type { Partition, Stream } from '../stream.ts'

const TYPES = ['LAST_READ'] as const
const MAX_METADATA = 1_000

/** What the three calls name. */
interface Place {
  readonly app: string
  readonly streamName: string
  readonly partitionId: string
}

/** A consumer says how far it has read. */
export const commitCheckpoint: Action = {
  name: 'CommitCheckpoint',
  prepare(call, world) {
    const object = parseObject(call.body)
    if (object instanceof Refusal) return object
    const type = wordField(object, 'checkpoint_type', TYPES)
    if (type instanceof Refusal) return type
    const texts: string[] = []
    for (const name of ['app_name', 'stream_name', 'partition_id', 'sequence_number', 'metadata']) {
      const text = stringField(object, name)
      if (text instanceof Refusal) return text
      texts.push(text)
    }
    const [app = '', streamName = '', partitionId = '', sequenceNumber = '', metadata = ''] = texts
    if (!/^\d{1,19}$/.test(sequenceNumber))
      return refuse('DIS.4216', JSON.stringify(sequenceNumber.slice(0, 60)))
    if (metadata.length > MAX_METADATA)
      return refuse('DIS.4200', `metadata is above ${MAX_METADATA} characters`)
    return at({ app, streamName, partitionId }, call.projectId, world, (stream, partition) => {
      const position = partition.position(BigInt(sequenceNumber))
      // One before the oldest and one after the newest are places where a reader may stand.
      if (position < BigInt(partition.log.oldest) - 1n || position > BigInt(partition.log.next)) {
        return refuseOutside(sequenceNumber, partition)
      }
      world.store.apps.commit(app, stream.seed.name, partition.id, { sequenceNumber, metadata })
      return emptyAnswer(201)
    })
  }
}

/** How far a consumer has read a partition. */
export const showCheckpoint: Action = {
  name: 'ShowCheckpoint',
  prepare(call, world) {
    return at(placeOf(call.query), call.projectId, world, (stream, partition) => {
      const app = call.query.get('app_name') ?? ''
      const found = world.store.apps.checkpoint(app, stream.seed.name, partition.id)
      if (found === undefined) return refuse('DIS.4375', `[${app},${stream.seed.name},${partition.id}]`)
      return jsonAnswer({ sequence_number: found.sequenceNumber, metadata: found.metadata })
    })
  }
}

/** A consumer forgets how far it has read: in a partition, or in all. */
export const deleteCheckpoint: Action = {
  name: 'DeleteCheckpoint',
  prepare(call, world) {
    const place = placeOf(call.query)
    const isAll = place.partitionId === ''
    return at(
      { ...place, partitionId: place.partitionId || '0' },
      call.projectId,
      world,
      (stream, partition) => {
        world.store.apps.forget(place.app, stream.seed.name, isAll ? undefined : partition.id)
        return emptyAnswer(204)
      }
    )
  }
}

function placeOf(query: ReadonlyMap<string, string>): Place {
  const text = (name: string) => query.get(name) ?? ''
  return { app: text('app_name'), streamName: text('stream_name'), partitionId: text('partition_id') }
}

function at(
  { app, partitionId, streamName }: Place,
  projectId: string,
  world: World,
  run: (stream: Stream, partition: Partition) => ReturnType<Prepared['run']>
): Prepared {
  return {
    streamName,
    run() {
      if (world.store.apps.get(app) === undefined) return refuse('DIS.4332', app)
      const stream = world.store.find(streamName, '', projectId)
      if (stream instanceof Refusal) return stream
      const partition = findPartition(stream, partitionId)
      return partition instanceof Refusal ? partition : run(stream, partition)
    }
  }
}
