/** One small function for each protocol: how many lines a body holds, and what the service would answer. */
import { MARKER } from '../measure/lines.mjs'
import { DATA, dataOf } from './dis-records.mjs'
import { snappyPlain } from './snappy.mjs'

/** @typedef {{ lines: number, status: number, headers: Record<string, string>, body: string }} Answer */
/** @typedef {(headers: import('node:http').IncomingHttpHeaders, body: Buffer, sender: { aggregated?: boolean }) => Answer} Protocol */

const JSON_TYPE = { 'content-type': 'application/json' }

/** By the beginning of the path. @type {readonly (readonly [string, Protocol])[]} */
const PROTOCOLS = [
  ['/loki/api/v1/push', loki],
  ['/_bulk', elasticsearch],
  ['/v1/logs', otlp],
  ['/v2/', dis],
  ['/lines', winstonHttp]
]

/**
 * @param {string} method
 * @param {string} url
 * @param {import('node:http').IncomingHttpHeaders} headers
 * @param {Buffer} body
 * @param {{ aggregated?: boolean }} sender
 * @returns {Answer}
 */
export function answerTo(method, url, headers, body, sender) {
  // Kinesis has one path for all calls; the call is in a header.
  if (headers['x-amz-target'] !== undefined) return kinesis(headers, body, sender)
  if (method === 'POST') {
    for (const [prefix, protocol] of PROTOCOLS)
      if (url.startsWith(prefix)) return protocol(headers, body, sender)
  }
  // The Elasticsearch client asks who is there before it sends anything.
  return json(
    0,
    { version: { number: '9.0.0', build_flavor: 'default' }, tagline: 'You Know, for Search' },
    ELASTIC
  )
}

const ELASTIC = { 'x-elastic-product': 'Elasticsearch', ...JSON_TYPE }

/** @type {Protocol} */
function loki(headers, body) {
  const isProtobuf = headers['content-type'] === 'application/x-protobuf'
  return { lines: count(isProtobuf ? snappyPlain(body) : body, MARKER), status: 204, headers: {}, body: '' }
}

/** @type {Protocol} */
function elasticsearch(_headers, body) {
  const lines = count(body, MARKER)
  const items = repeated(
    lines,
    () => '{"index":{"_index":"bench","_id":"x","status":201,"result":"created"}}'
  )
  return {
    lines,
    status: 200,
    headers: { ...ELASTIC, 'content-type': 'application/vnd.elasticsearch+json;compatible-with=9' },
    body: `{"took":1,"errors":false,"items":[${items}]}`
  }
}

/** @type {Protocol} */
function otlp(_headers, body) {
  // An empty message is a full success, in protobuf; its attributes' names are plain text in the body.
  return {
    lines: count(body, MARKER),
    status: 200,
    headers: { 'content-type': 'application/x-protobuf' },
    body: ''
  }
}

/** @type {Protocol} */
function kinesis(_headers, body) {
  const lines = count(body, '"PartitionKey"')
  const records = repeated(lines, (index) => `{"SequenceNumber":"${index}","ShardId":"shardId-000000000000"}`)
  return {
    lines,
    status: 200,
    headers: { 'content-type': 'application/x-amz-json-1.1' },
    body: `{"EncryptionType":"NONE","FailedRecordCount":0,"Records":[${records}]}`
  }
}

/** @type {Protocol} */
function dis(_headers, body, { aggregated = false }) {
  const records = count(body, DATA)
  const results = repeated(
    records,
    (index) => `{"partition_id":"shardId-0000000000","sequence_number":"${index}"}`
  )
  return {
    lines: aggregated ? packedLines(body) : records,
    status: 200,
    headers: JSON_TYPE,
    body: `{"failed_record_count":0,"records":[${results}]}`
  }
}

/** @type {Protocol} */
function winstonHttp(_headers, body) {
  return json(count(body, `"${MARKER}"`), {}, JSON_TYPE)
}

/**
 * Lines in records that hold several: only there is anything decoded.
 * @param {Buffer} body
 */
function packedLines(body) {
  return dataOf(body).reduce((lines, data) => lines + count(data, MARKER), 0)
}

/**
 * @param {Buffer} body
 * @param {string} text
 */
function count(body, text) {
  let found = 0
  for (let at = body.indexOf(text); at !== -1; at = body.indexOf(text, at + text.length)) found++
  return found
}

/** Answers of one size are the same text: made once. @type {Map<string, string>} */
const made = new Map()

/**
 * @param {number} times
 * @param {(index: number) => string} item
 */
function repeated(times, item) {
  const key = `${times} ${item(0)}`
  let text = made.get(key)
  if (text === undefined) {
    text = Array.from({ length: times }, (_, index) => item(index)).join(',')
    made.set(key, text)
  }
  return text
}

/**
 * @param {number} lines
 * @param {unknown} body
 * @param {Record<string, string>} headers
 * @returns {Answer}
 */
function json(lines, body, headers) {
  return { lines, status: 200, headers, body: JSON.stringify(body) }
}
