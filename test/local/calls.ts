import { afterEach } from 'vitest'
import { type DisServer, type ServerOptions, startServer } from '../../packages/local/src/server.ts'

export const PROJECT = '0123456789abcdef0123456789abcdef'
export const STREAM = 'app-logs'

const running: DisServer[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((dis) => dis.close()))
})

/** A server with one stream of three partitions; closed after the test. */
export async function start(options: ServerOptions = {}): Promise<DisServer> {
  const dis = await startServer({ streams: [{ name: STREAM, partitions: 3 }], ...options })
  running.push(dis)
  return dis
}

/** A clock that moves only when told to. */
export function manualClock(startMs: number = Date.UTC(2025, 0, 2, 3, 4, 5)) {
  let now = startMs
  return {
    now: () => now,
    advance: (ms: number) => {
      now += ms
    }
  }
}

export interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly bytes: Buffer
  readonly text: string
  readonly json: Readonly<Record<string, unknown>>
}

export interface CallOptions {
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** One HTTP call to a path under the project. Text and bytes go as they are, anything else as JSON. */
export async function call(
  dis: DisServer,
  method: string,
  path: string,
  options: CallOptions = {}
): Promise<Reply> {
  const { body } = options
  const raw =
    body === undefined || typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body)
  const response = await fetch(`${dis.url}/v2/${PROJECT}/${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...options.headers },
    ...(raw === undefined ? {} : { body: raw })
  })
  const bytes = Buffer.from(await response.arrayBuffer())
  const text = bytes.toString('utf8')
  return { status: response.status, headers: response.headers, bytes, text, json: parse(text) }
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}

export const base64 = (text: string): string => Buffer.from(text).toString('base64')

/** A record with data and whatever fields the test is about. */
export function record(text: string, fields: Readonly<Record<string, unknown>> = {}) {
  return { data: base64(text), ...fields }
}

export function send(
  dis: DisServer,
  records: readonly unknown[],
  fields: Readonly<Record<string, unknown>> = {}
): Promise<Reply> {
  return call(dis, 'POST', 'records', { body: { stream_name: STREAM, records, ...fields } })
}

/** The entries of a SendRecords answer, typed; fails on anything that is not a list. */
export function entries(reply: Reply): Readonly<Record<string, unknown>>[] {
  const list = reply.json['records']
  if (!Array.isArray(list)) throw new Error(`no list of records in ${reply.text}`)
  return list
}

export const partitionsOf = (reply: Reply): unknown[] => entries(reply).map((entry) => entry['partition_id'])
export const errorsOf = (reply: Reply): unknown[] => entries(reply).map((entry) => entry['error_code'])

/** Code of an error answer in the form of DIS. */
export const codeOf = (reply: Reply): unknown => reply.json['errorCode']

/** Opens a cursor; `query` says where. */
export function openCursor(dis: DisServer, query: Readonly<Record<string, string>>): Promise<Reply> {
  const search = new URLSearchParams({ 'stream-name': STREAM, 'partition-id': '0', ...query })
  return call(dis, 'GET', `cursors?${search}`)
}

/** A cursor that must open. */
export async function cursor(dis: DisServer, query: Readonly<Record<string, string>>): Promise<string> {
  const reply = await openCursor(dis, query)
  const value = reply.json['partition_cursor']
  if (typeof value !== 'string') throw new Error(`no cursor in ${reply.text}`)
  return value
}

export function read(dis: DisServer, partitionCursor: string, query: string = ''): Promise<Reply> {
  return call(dis, 'GET', `records?partition-cursor=${partitionCursor}${query}`)
}

/** Data of a GetRecords answer, as text. */
export function dataOf(reply: Reply): string[] {
  return entries(reply).map((entry) => Buffer.from(String(entry['data']), 'base64').toString('utf8'))
}

export function next(reply: Reply): string {
  const value = reply.json['next_partition_cursor']
  if (typeof value !== 'string') throw new Error(`no next cursor in ${reply.text}`)
  return value
}
