/**
 * Does what is made of the stream bear several lines in one record? `tail` and consumers that know of it split them. DIS itself does not: for
 * a stream of a type with a schema, and for a dump task, a record is one value, and what stands behind the first line is lost without a word.
 */
import {
  type DisClient,
  DisCredentialsError,
  DisRequestError,
  type StreamInfo,
  type TransferTask,
  type TransferTaskDetails
} from '@dis-logs/core'
import type { Packing } from './advice.ts'
import { type Check, failed, passed, skipped } from './check.ts'

const CURE = 'leave the option aggregate off, and tell doctor so: --no-aggregate'

/** A dump task and what it writes. */
export interface Dump extends TransferTask, TransferTaskDetails {}

/** The dump tasks of the stream; or why nobody may know, in words. */
export async function findDumps(client: DisClient): Promise<readonly Dump[] | string> {
  try {
    const tasks = await client.listTransferTasks()
    const dumps: Dump[] = []
    for (const task of tasks) dumps.push({ ...task, ...(await client.transferTaskDetails(task.taskName)) })
    return dumps
  } catch (error) {
    if (error instanceof DisRequestError || error instanceof DisCredentialsError) return error.message
    throw error
  }
}

/** @param packs whether lines are packed, or may be */
export function checkDataType({ dataType }: StreamInfo, packs: boolean): Check {
  const name = 'data type'
  if (dataType === '') return skipped(name, 'the service does not say')
  if (dataType === 'BLOB') return passed(name, 'BLOB: a record may hold anything')
  const detail = `${dataType}: a record is one value`
  return packs
    ? failed(
        name,
        `${detail}, and aggregate packs many lines into it`,
        `${CURE}; or use a stream of type BLOB`
      )
    : passed(name, detail)
}

/** @param packs whether lines are packed, or may be */
export function checkDumps(dumps: readonly Dump[] | string, packs: boolean): Check {
  const name = 'dump tasks'
  if (typeof dumps === 'string') return skipped(name, `they cannot be listed: ${dumps}`)
  if (dumps.length === 0) return passed(name, 'none')
  const broken = dumps.filter((dump) => !splitsAtNewlines(dump))
  if (!packs || broken.length === 0) return passed(name, dumps.map(describe).join(', '))
  return failed(
    name,
    `aggregate would break ${broken.map(describe).join(', ')}`,
    `${CURE}; or let the dump write text with a newline between records`
  )
}

/** Dump tasks that nobody may list are no reason against packing, and none for it. */
export function packingBy(dumps: readonly Dump[] | string): Packing {
  if (typeof dumps === 'string') return 'unknown'
  return dumps.every(splitsAtNewlines) ? 'yes' : 'no'
}

/** A file of text with a newline between records is the same file, packed or not. */
function splitsAtNewlines({ destinationType, fileType, recordDelimiter }: Dump): boolean {
  const isText = destinationType === 'OBS' && (fileType === undefined || fileType.toLowerCase() === 'text')
  return isText && (recordDelimiter === '\n' || recordDelimiter === '\\n')
}

function describe(dump: Dump): string {
  const { destinationType, fileType, recordDelimiter, taskName } = dump
  return `${taskName} (${[destinationType, fileType, delimiterInWords(recordDelimiter)].filter(Boolean).join(', ')})`
}

function delimiterInWords(delimiter: string | undefined): string {
  if (delimiter === undefined) return ''
  return delimiter === '\n' || delimiter === '\\n'
    ? 'a newline between records'
    : `${JSON.stringify(delimiter)} between records`
}
