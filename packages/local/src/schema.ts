import { MAX_JSON_COMMAS, MAX_JSON_NODES } from './bounds.ts'
import { Refusal, refuse } from './errors.ts'
import type { SendEntry, SendRequest } from './messages.ts'

/**
 * Requests as data: which fields a JSON body has and of what kind. As in the service's own model, names, ids
 * and keys must be strings (a number is refused), null and "" count as not given, and unknown fields are
 * ignored.
 */

/** A JSON object of unknown content. */
export type JsonObject = Readonly<Record<string, unknown>>

/** Reads a JSON object from a body. */
export function parseObject(body: Buffer): JsonObject | Refusal {
  if (body.length === 0) return refuse('DIS.4202')
  const problem = shapeProblem(body)
  if (problem !== undefined) return refuse('DIS.4200', problem)
  try {
    const value: unknown = JSON.parse(body.toString('utf8'))
    return isObject(value) ? value : refuse('DIS.4200', 'the body is not a JSON object')
  } catch {
    return refuse('DIS.4200', 'the body is not valid JSON')
  }
}

// Before it is parsed: twelve megabytes of brackets are gigabytes of objects. Brackets and commas in texts count too.
function shapeProblem(body: Buffer): string | undefined {
  if (count(body, '{', MAX_JSON_NODES) + count(body, '[', MAX_JSON_NODES) > MAX_JSON_NODES)
    return `the body has more than ${MAX_JSON_NODES} objects and lists`
  return count(body, ',', MAX_JSON_COMMAS) > MAX_JSON_COMMAS
    ? `the body has more than ${MAX_JSON_COMMAS} commas`
    : undefined
}

/** How often a character stands in the body; counts up to one more than `most`. */
function count(body: Buffer, character: string, most: number): number {
  const code = character.charCodeAt(0)
  let found = 0
  for (let at = body.indexOf(code); at >= 0 && found <= most; at = body.indexOf(code, at + 1)) found++
  return found
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A string field; "" if it is absent or null. */
export function stringField(object: JsonObject, name: string): string | Refusal {
  const value = object[name]
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : wrong(name, 'a string', value)
}

/** A whole number within bounds; undefined if it is absent or null. */
export function integerField(
  object: JsonObject,
  name: string,
  min: number,
  max: number
): number | Refusal | undefined {
  const value = object[name]
  if (value === undefined || value === null) return undefined
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max) return value
  return wrong(name, `a whole number ${min} … ${max}`, value)
}

/** One of some words; undefined if it is absent, null or "". */
export function wordField<T extends string>(
  object: JsonObject,
  name: string,
  words: readonly T[]
): T | Refusal | undefined {
  const value = object[name]
  if (value === undefined || value === null || value === '') return undefined
  return words.find((word) => word === value) ?? wrong(name, words.join(', '), value)
}

function wrong(name: string, expected: string, value: unknown): Refusal {
  const got =
    typeof value === 'string' || typeof value === 'number' ? JSON.stringify(value).slice(0, 60) : typeof value
  return refuse('DIS.4200', `${name} must be ${expected}, not ${got}`)
}

/** Reads the JSON form of a SendRecords request. */
export function parseSendRequest(body: Buffer): SendRequest | Refusal {
  const object = parseObject(body)
  if (object instanceof Refusal) return object
  const streamName = stringField(object, 'stream_name')
  if (streamName instanceof Refusal) return streamName
  const streamId = stringField(object, 'stream_id')
  if (streamId instanceof Refusal) return streamId
  const list = object['records']
  if (list === undefined || list === null) return refuse('DIS.4202', 'records is missing')
  if (!Array.isArray(list)) return wrong('records', 'an array', list)
  const records: SendEntry[] = []
  for (const item of list) {
    const entry = parseEntry(item, `records[${records.length}]`)
    if (entry instanceof Refusal) return entry
    records.push(entry)
  }
  return { streamName, streamId, records }
}

// Standard Base64, padded. `Buffer.from` alone would skip what is not Base64 and take the URL-safe letters.
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/

function parseEntry(item: unknown, place: string): SendEntry | Refusal {
  if (!isObject(item)) return wrong(place, 'an object', item)
  const text = item['data']
  if (typeof text !== 'string') return wrong(`${place}.data`, 'a Base64 string', text)
  if (text.length % 4 !== 0 || !BASE64.test(text))
    return refuse('DIS.4200', `${place}.data is not padded standard Base64`)
  const partitionId = stringField(item, 'partition_id')
  if (partitionId instanceof Refusal) return partitionId
  const explicitHashKey = stringField(item, 'explicit_hash_key')
  if (explicitHashKey instanceof Refusal) return explicitHashKey
  const partitionKey = stringField(item, 'partition_key')
  if (partitionKey instanceof Refusal) return partitionKey
  const timestampMs = integerField(item, 'timestamp', 0, Number.MAX_SAFE_INTEGER)
  if (timestampMs instanceof Refusal) return timestampMs
  return { data: Buffer.from(text, 'base64'), partitionId, explicitHashKey, partitionKey, timestampMs }
}
