import { type Answer, emptyAnswer } from '../answer.ts'
import type { Action, Call, World } from '../call.ts'
import { Refusal, refuse } from '../errors.ts'
import { DATA_TYPES, STREAM_NAME, type StreamType } from '../options.ts'
import { integerField, parseObject, stringField, wordField } from '../schema.ts'
import type { NewStream } from '../store.ts'
import { parseTags } from '../tags.ts'

const TYPES: readonly StreamType[] = ['COMMON', 'ADVANCED']

/** Partitions of each type that one account has by default (API reference, CreateStream). */
const QUOTA: Readonly<Record<StreamType, number>> = { COMMON: 50, ADVANCED: 10 }

/** Retention in hours: 24 … 72 in the current manual, up to seven days in the older pages. */
const MIN_HOURS = 24
const MAX_HOURS = 168

/** A new stream. It may stay CREATING for a while, as the server's options say. */
export const createStream: Action = {
  name: 'CreateStream',
  prepare(call, world) {
    const wanted = parse(call)
    if (wanted instanceof Refusal) return wanted
    return { streamName: wanted.name, run: () => create(call, world, wanted) }
  }
}

function create(call: Call, world: World, wanted: NewStream): Answer | Refusal {
  if (world.store.get(wanted.name) !== undefined)
    return refuse('DIS.4307', `[${wanted.name},${call.projectId}]`)
  const refusal = checkQuota(world, wanted.type, wanted.partitions)
  if (refusal !== undefined) return refusal
  world.store.add(wanted, call.nowMs, world.createDelayMs)
  return emptyAnswer(201)
}

/** Refuses partitions beyond the account's quota, as the API does for new and for growing streams. */
export function checkQuota(world: World, type: StreamType, added: number): Refusal | undefined {
  const used = world.store
    .all()
    .filter((stream) => stream.seed.type === type)
    .reduce((sum, stream) => sum + stream.active.length, 0)
  if (used + added <= QUOTA[type]) return undefined
  return refuse(
    'DIS.4308',
    `${used} of ${QUOTA[type]} ${type} partitions are in use, ${added} more were asked for`
  )
}

function parse(call: Call): NewStream | Refusal {
  const object = parseObject(call.body)
  if (object instanceof Refusal) return object
  const name = stringField(object, 'stream_name')
  if (name instanceof Refusal) return name
  if (!STREAM_NAME.test(name)) return refuse('DIS.4200', 'stream_name must be 1–64 letters, digits, - and _')
  const partitions = integerField(object, 'partition_count', 1, 1_000)
  if (partitions instanceof Refusal) return partitions
  if (partitions === undefined) return refuse('DIS.4200', 'partition_count is missing')
  const type = wordField(object, 'stream_type', TYPES)
  if (type instanceof Refusal) return type
  const dataType = wordField(object, 'data_type', DATA_TYPES)
  if (dataType instanceof Refusal) return dataType
  const hours = integerField(object, 'data_duration', MIN_HOURS, MAX_HOURS)
  if (hours instanceof Refusal) return hours
  const tags = parseTags(object['tags'])
  if (tags instanceof Refusal) return tags
  return {
    name,
    partitions,
    type: type ?? 'COMMON',
    firstSequenceNumber: '0',
    dataType: dataType ?? 'BLOB',
    retentionHours: hours ?? MIN_HOURS,
    tags
  }
}
