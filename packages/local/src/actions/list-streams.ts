import { type Answer, jsonAnswer } from '../answer.ts'
import type { Action, Call, World } from '../call.ts'
import { type Refusal, refuse } from '../errors.ts'
import type { Stream } from '../stream.ts'

// Documented: 1 … 100, 10 if not given.
const MAX_LIMIT = 100
const DEFAULT_LIMIT = 10

/** A page of streams, by name. */
export const listStreams: Action = {
  name: 'ListStreams',
  prepare(call, world) {
    return { streamName: '', run: () => list(call, world) }
  }
}

function list(call: Call, world: World): Answer | Refusal {
  const text = call.query.get('limit') || String(DEFAULT_LIMIT)
  const limit = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
  if (!(limit >= 1 && limit <= MAX_LIMIT)) return refuse('DIS.4200', `limit must be 1 … ${MAX_LIMIT}`)
  const start = call.query.get('start_stream_name') ?? ''
  const all = world.store.all()
  const rest = all.filter((stream) => stream.seed.name > start)
  const page = rest.slice(0, limit)
  return jsonAnswer({
    total_number: all.length,
    stream_names: page.map((stream) => stream.seed.name),
    has_more_streams: rest.length > page.length,
    stream_info_list: page.map((stream) => infoJson(stream, call.nowMs))
  })
}

function infoJson(stream: Stream, nowMs: number): object {
  const { seed } = stream
  return {
    stream_name: seed.name,
    stream_id: seed.id,
    create_time: seed.createdAtMs,
    retention_period: seed.retentionHours,
    status: stream.statusAt(nowMs),
    stream_type: seed.type,
    data_type: seed.dataType,
    partition_count: stream.active.length,
    tags: seed.tags
  }
}
