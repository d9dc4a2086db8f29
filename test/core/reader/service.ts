import { afterEach } from 'vitest'
import type { StreamRecord } from '../../../packages/core/src/reader.ts'
import { type ReadOptions, readStream, type StreamReader } from '../../../packages/core/src/reader.ts'
import { type DisServer, type ServerOptions, startServer } from '../../../packages/local/src/server.ts'

export const STREAM = 'app-logs'
const PROJECT = 'p'

const running: DisServer[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((dis) => dis.close()))
})

/** A local DIS over loopback, closed after the test. */
export async function serve(partitions = 1, options: ServerOptions = {}): Promise<DisServer> {
  const dis = await startServer({ streams: [{ name: STREAM, partitions }], limits: false, ...options })
  running.push(dis)
  return dis
}

/** Where a producer or a reader finds it. */
export function place(dis: DisServer) {
  return { endpoint: dis.url, projectId: PROJECT, streamName: STREAM, credentials: { token: 'T' } }
}

export function open(dis: DisServer, options: ReadOptions = {}): StreamReader {
  return readStream({ ...place(dis), ...options })
}

/** Puts a record with each text into a partition. */
export async function put(dis: DisServer, texts: readonly (string | Buffer)[], partition = 0): Promise<void> {
  const records = texts.map((text) => ({
    data: Buffer.from(text).toString('base64'),
    partition_id: String(partition)
  }))
  const answer = await call(dis, 'POST', 'records', { stream_name: STREAM, records })
  const { failed_record_count: failed } = JSON.parse(answer)
  if (failed !== 0) throw new Error(`records were refused: ${answer}`)
}

export async function rescale(dis: DisServer, partitions: number): Promise<void> {
  await call(dis, 'PUT', `streams/${STREAM}`, { stream_name: STREAM, target_partition_count: partitions })
}

async function call(dis: DisServer, method: string, path: string, body: object): Promise<string> {
  const response = await fetch(`${dis.url}/v2/${PROJECT}/${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body)
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${response.status} ${text}`)
  return text
}

/** The first `count` records; the reading ends behind them, as a `break` ends it. */
export async function first(reader: StreamReader, count: number): Promise<StreamRecord[]> {
  const records: StreamRecord[] = []
  if (count === 0) return records
  for await (const record of reader) {
    records.push(record)
    if (records.length === count) break
  }
  return records
}

export function texts(records: readonly StreamRecord[]): string[] {
  return records.map(({ data }) => data.toString())
}

/** `prefix-0` … */
export function named(count: number, prefix = 'r'): string[] {
  return Array.from({ length: count }, (_, n) => `${prefix}-${n}`)
}
