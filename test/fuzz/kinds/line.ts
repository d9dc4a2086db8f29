/** Lines: finding a field, cutting, and what comes out of a body that they were written into. */
import { LineStore } from '../../../packages/core/src/queue/line-store.ts'
import { compileFieldReader } from '../../../packages/core/src/record/field.ts'
import { truncateLine } from '../../../packages/core/src/record/truncate.ts'
import { JsonFormat } from '../../../packages/core/src/wire/json.ts'
import { ProtobufFormat } from '../../../packages/core/src/wire/protobuf.ts'
import { decodeSendRequest } from '../../../packages/local/src/protobuf.ts'
import { batchOf } from '../../core/wire/batches.ts'
import { mutate } from '../generate/bytes.ts'
import { anyJson, mangledJson } from '../generate/json.ts'
import type { Random } from '../generate/random.ts'
import { expect, type Kind } from '../kind.ts'

const NAMES = ['hostname', 'tenant', 'id', 'tenant.id', 'msg', 'level', 'time']
const readHostname = compileFieldReader(['hostname'])
const readTenant = compileFieldReader(['tenant.id', 'id'])
const SMALLEST_LIMIT = 128

function line(random: Random): Buffer {
  const value = {
    level: 30,
    time: 1,
    hostname: 'web-01',
    tenant: { id: 'a', more: [1, { id: 2 }] },
    msg: 'hello'
  }
  const text = random.chance(0.2)
    ? anyJson(random, NAMES)
    : mangledJson(random, value, NAMES, random.pick([0, 0.05, 0.2]))
  return random.chance(0.4) ? mutate(random, Buffer.from(text)) : Buffer.from(text)
}

/** The same by the book; `undefined` if the text is no object, for which a reader does its best. */
function fieldOf(text: string, path: readonly string[]): { readonly value: string | undefined } | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  for (const name of path) {
    const isObject: boolean = typeof value === 'object' && value !== null && !Array.isArray(value)
    value = isObject && Object.hasOwn(Object(value), name) ? Reflect.get(Object(value), name) : undefined
  }
  // A number is the text of the line, and not what JSON.parse makes of it.
  if (typeof value === 'number') return undefined
  const isScalar = typeof value === 'string' || typeof value === 'boolean'
  return { value: isScalar && value !== '' ? String(value) : undefined }
}

function checkField(text: string): void {
  const found = readHostname(text)
  expect(found === undefined || typeof found === 'string', 'a field is text')
  readTenant(text)
  const right = fieldOf(text, ['hostname'])
  if (right !== undefined) expect(found === right.value, `the field is '${right.value}', not '${found}'`)
}

function checkCut(bytes: Buffer): void {
  const limit = SMALLEST_LIMIT + (bytes[0] ?? 0)
  if (bytes.length <= limit) return
  const cut = truncateLine(bytes, limit)
  expect(cut.length <= limit, `${cut.length} bytes, cut to ${limit}`)
  const isObject = fieldOf(bytes.toString(), []) !== undefined && Buffer.from(bytes.toString()).equals(bytes)
  if (isObject) expect(fieldOf(cut.toString(), []) !== undefined, 'an object that was cut is an object')
}

/** A line → both bodies → the line, read by the local server, which knows nothing of the writer. */
function checkBodies(bytes: Buffer, key: string): void {
  const route = { partitionKey: key }
  for (const format of [new JsonFormat('s', undefined), new ProtobufFormat('s', 'id')]) {
    const store = new LineStore()
    const body = format.encode(batchOf(store, format, [{ route, lines: [bytes] }]), store)
    const request: unknown =
      format instanceof JsonFormat ? JSON.parse(body.toString()) : decodeSendRequest(body)
    const [record]: unknown[] = Reflect.get(Object(request), 'records')
    const data: unknown = Reflect.get(Object(record), 'data')
    const read = typeof data === 'string' ? Buffer.from(data, 'base64') : Buffer.from(Object(data))
    expect(read.equals(bytes), 'a line arrives as it was written')
    const arrived: unknown = Reflect.get(
      Object(record),
      format instanceof JsonFormat ? 'partition_key' : 'partitionKey'
    )
    expect(arrived === Buffer.from(key).toString() || arrived === key, `the key arrives, not '${arrived}'`)
  }
}

export const lineKind = (): Kind => ({
  generate: line,
  check(input) {
    const text = input.toString('utf8')
    checkField(text)
    checkField(input.toString('latin1'))
    checkCut(input)
    checkBodies(input, readHostname(text) ?? 'this-host')
  }
})
