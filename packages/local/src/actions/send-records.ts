import { type Answer, JSON_TYPE, PROTOBUF_TYPE } from '../answer.ts'
import { MAX_RECORDS } from '../bounds.ts'
import type { Action, Call, World } from '../call.ts'
import { Refusal, refuse, refuseAtGateway } from '../errors.ts'
import type { Strike } from '../faults.ts'
import { type Limits, maxRequestBytes } from '../limits.ts'
import type { SendEntry, SendRequest, SendResult, SendResultEntry } from '../messages.ts'
import { decodeSendRequest, encodeSendResult } from '../protobuf.ts'
import { bendList, resultJson } from '../result-list.ts'
import { recordError, routeRecord } from '../route-record.ts'
import { parseSendRequest } from '../schema.ts'
import { Partition } from '../stream.ts'

/**
 * SendRecords. What is wrong with the request as a whole (no such stream, malformed, too large) is answered
 * with an error and nothing is stored; what is wrong with one record (throttled, unknown or closed
 * partition) stands in its entry of a 200 answer, and the other records are stored.
 */
export const sendRecords: Action = {
  name: 'SendRecords',
  prepare(call, world) {
    const request = parse(call)
    if (request instanceof Refusal) return request
    return { streamName: request.streamName, run: (strike) => run(call, world, request, strike) }
  }
}

function parse(call: Call): SendRequest | Refusal {
  if (call.body.length === 0) return refuse('DIS.4202')
  const request = call.isProtobuf
    ? (decodeSendRequest(call.body) ??
      refuse('DIS.4200', `the body is not a PutRecordsRequest of up to ${MAX_RECORDS} records`))
    : parseSendRequest(call.body)
  if (request instanceof Refusal) return request
  if (request.records.length > MAX_RECORDS) {
    return refuse('DIS.4200', `records has ${request.records.length} entries, the limit is ${MAX_RECORDS}`)
  }
  if (request.records.length === 0) return refuse('DIS.4202', 'records is empty')
  if (request.streamName === '' && request.streamId === '')
    return refuse('DIS.4200', 'stream_name is missing')
  return request
}

function run(call: Call, world: World, request: SendRequest, strike: Strike): Answer | Refusal {
  const stream = world.store.find(request.streamName, request.streamId, call.projectId)
  if (stream instanceof Refusal) return stream
  const { name, type } = stream.seed
  if (stream.statusAt(call.nowMs) !== 'RUNNING') return refuse('DIS.4205', `[${name}]`)
  const tooLarge = checkSizes(request, stream.active.length, world.store.limitsOf(type))
  if (tooLarge !== undefined) return tooLarge
  // All routes first: one that cannot be read makes the request invalid, and then nothing may be stored.
  const routes: (Partition | SendResultEntry)[] = []
  for (const entry of request.records) {
    const route = routeRecord(entry, stream)
    if (route instanceof Refusal) return route
    routes.push(route)
  }
  const injected = strike.recordErrors(request.records)
  const { trace } = call
  trace.records = request.records.length
  let failedCount = 0
  const entries = request.records.map((record, index) => {
    const route = routes[index] ?? recordError('DIS.5000')
    const result =
      route instanceof Partition ? (injected.get(index) ?? store(call, world, name, route, record)) : route
    if (result.errorCode !== undefined) {
      failedCount += 1
      if (result.errorCode === 'DIS.4303') trace.throttled += 1
      else trace.failed += 1
      world.counters.failed(name, route instanceof Partition ? route.id : undefined, result.errorCode)
    }
    return result
  })
  if (injected.size > 0) trace.fault = 'records'
  return write(call, { failedCount, entries }, strike)
}

function checkSizes(
  request: SendRequest,
  partitions: number,
  limits: Limits | undefined
): Refusal | undefined {
  if (limits === undefined) return undefined
  let total = 0
  for (let index = 0; index < request.records.length; index++) {
    const bytes = request.records[index]?.data.length ?? 0
    if (bytes > limits.recordBytes) {
      return refuse(
        'DIS.4200',
        `records[${index}] has ${bytes} bytes of data, the limit is ${limits.recordBytes}`
      )
    }
    total += bytes
  }
  const max = maxRequestBytes(limits.request, partitions)
  if (total <= max) return undefined
  return refuseAtGateway('APIGW.0201', `${total} bytes of data, the limit is ${max}`)
}

function store(
  call: Call,
  world: World,
  stream: string,
  partition: Partition,
  record: SendEntry
): SendResultEntry {
  const bytes = record.data.length
  if (partition.bucket !== undefined && !partition.bucket.take(bytes, call.nowMs))
    return recordError('DIS.4303')
  const partitionKey = record.partitionKey === '' ? undefined : record.partitionKey
  const sequenceNumber = world.store.append(
    partition,
    record.data,
    partitionKey,
    record.timestampMs ?? call.nowMs
  )
  world.counters.accepted(stream, partition.id, bytes)
  return { partitionId: partition.id, sequenceNumber }
}

function write(call: Call, result: SendResult, strike: Strike): Answer {
  const bent = bendList(result, strike.after)
  if (call.isProtobuf) return { status: 200, contentType: PROTOBUF_TYPE, body: encodeSendResult(bent) }
  return { status: 200, contentType: JSON_TYPE, body: resultJson(bent, strike.after) }
}
