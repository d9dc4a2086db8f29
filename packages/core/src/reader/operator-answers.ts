/** Answers of the calls that operators make → checked values. Pure. An unexpected answer is `undefined`; nothing throws. */
import { ID } from '../limits.ts'
import { list, parse, text } from './answers.ts'
import { sequenceOf } from './position.ts'

/** Of a consumer. The service allows longer names here than anywhere else. */
const APP_NAME = /^[A-Za-z0-9_-]{1,200}$/

/** A dump task: the service copies what a stream holds to somewhere else. */
export interface TransferTask {
  readonly taskName: string
  /** `OBS`, `MRS`, `DLI`, `CLOUDTABLE` or `DWS`. */
  readonly destinationType: string
  /** `RUNNING`, `PAUSED`, `ERROR` … */
  readonly state: string
}

/** What a dump task writes. Undefined where the service does not say. */
export interface TransferTaskDetails {
  /** `text`, `parquet` or `carbon`. */
  readonly fileType: string | undefined
  /** What stands between records in a text file. */
  readonly recordDelimiter: string | undefined
}

/** How far a consumer has read a partition. */
export interface ConsumerState {
  readonly partitionId: string
  /** Of the record that was read last. A decimal string; undefined if the consumer has never said. */
  readonly sequenceNumber: string | undefined
}

/** A page of a list. `next` is the name to go on behind; undefined on the last page. */
export interface Page<T> {
  readonly items: readonly T[]
  readonly next: string | undefined
}

export function readStreamNames(body: Buffer): Page<string> | undefined {
  const page = parse(body)
  const names = page?.['stream_names']
  if (page === undefined || !Array.isArray(names)) return undefined
  const items = names.map(text)
  return { items: items.filter(isId), next: page['has_more_streams'] === true ? items.at(-1) : undefined }
}

export function readAppNames(body: Buffer): Page<string> | undefined {
  const page = parse(body)
  if (page === undefined || !Array.isArray(page['apps'])) return undefined
  const items = list(page['apps']).map((app) => text(app['app_name']))
  const isName = (name: string) => APP_NAME.test(name)
  return { items: items.filter(isName), next: page['has_more_app'] === true ? items.at(-1) : undefined }
}

export function readConsumerStates(body: Buffer): Page<ConsumerState> | undefined {
  const page = parse(body)
  if (page === undefined || !Array.isArray(page['partition_consuming_states'])) return undefined
  const items = list(page['partition_consuming_states']).map((state) => {
    const sequenceNumber = text(state['sequence_number'])
    return {
      partitionId: longPartitionId(text(state['partition_id'])),
      // Minus one where there is no checkpoint.
      sequenceNumber: sequenceOf(sequenceNumber) === undefined ? undefined : sequenceNumber
    }
  })
  return { items, next: page['has_more'] === true ? items.at(-1)?.partitionId : undefined }
}

export function readTransferTasks(body: Buffer): TransferTask[] | undefined {
  const page = parse(body)
  if (page === undefined || !Array.isArray(page['tasks'])) return undefined
  const tasks = list(page['tasks']).map((task) => ({
    taskName: text(task['task_name']),
    destinationType: text(task['destination_type']),
    state: text(task['state'])
  }))
  return tasks.filter(({ taskName }) => isId(taskName))
}

export function readTransferTaskDetails(body: Buffer): TransferTaskDetails | undefined {
  const task = parse(body)
  if (task === undefined) return undefined
  const [description] = list([task['obs_destination_description']])
  return {
    fileType: text(description?.['destination_file_type']) || undefined,
    recordDelimiter: text(description?.['record_delimiter']) || undefined
  }
}

/** Names become parts of paths. What could lead to another path is no name of the service. */
function isId(name: string): boolean {
  return ID.test(name)
}

/** The service's own example has `0` there. */
function longPartitionId(partitionId: string): string {
  return /^\d{1,10}$/.test(partitionId) ? `shardId-${partitionId.padStart(10, '0')}` : partitionId
}
