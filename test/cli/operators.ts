import type { LocalDis } from '@dis-logs/local'
import { STREAM } from './program.ts'

/** A call as an official client makes it. The server checks no signatures here. */
export async function call(dis: LocalDis, method: string, path: string, body?: object): Promise<void> {
  const response = await fetch(`${dis.url}/v2/cli-test-project/${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) })
  })
  if (!response.ok) throw new Error(`${method} ${path}: ${await response.text()}`)
}

/** Stores records in one partition, in one request. */
export async function store(
  dis: LocalDis,
  records: readonly string[],
  partition = 0,
  stream: string = STREAM
): Promise<void> {
  await call(dis, 'POST', 'records', {
    stream_name: stream,
    records: records.map((data) => ({
      data: Buffer.from(data).toString('base64'),
      partition_id: String(partition)
    }))
  })
}

/** A consumer that has read up to a record of a partition, its number included. */
export async function readUpTo(
  dis: LocalDis,
  app: string,
  sequenceNumber: number,
  partition = 0,
  stream: string = STREAM
): Promise<void> {
  await call(dis, 'POST', 'checkpoints', {
    app_name: app,
    checkpoint_type: 'LAST_READ',
    stream_name: stream,
    partition_id: String(partition),
    sequence_number: String(sequenceNumber),
    metadata: ''
  })
}

/** A dump task to OBS, which writes what `descriptor` says. */
export function dump(
  dis: LocalDis,
  taskName: string,
  descriptor: object,
  stream: string = STREAM
): Promise<void> {
  return call(dis, 'POST', `streams/${stream}/transfer-tasks`, {
    destination_type: 'OBS',
    obs_destination_descriptor: { task_name: taskName, obs_bucket_path: 'bucket', ...descriptor }
  })
}
