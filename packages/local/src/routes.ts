import { createApp, deleteApp, listApps, showApp, showConsumerState } from './actions/apps.ts'
import { commitCheckpoint, deleteCheckpoint, showCheckpoint } from './actions/checkpoints.ts'
import { createStream } from './actions/create-stream.ts'
import { deleteStream } from './actions/delete-stream.ts'
import { describeStream } from './actions/describe-stream.ts'
import { getCursor } from './actions/get-cursor.ts'
import { getRecords } from './actions/get-records.ts'
import { listStreams } from './actions/list-streams.ts'
import { sendRecords } from './actions/send-records.ts'
import {
  createTransferTask,
  deleteTransferTask,
  listTransferTasks,
  showTransferTask
} from './actions/transfer-tasks.ts'
import { updatePartitionCount } from './actions/update-partition-count.ts'
import type { Action } from './call.ts'
import { decode } from './query.ts'

interface Row {
  readonly method: string
  /** Behind `/v2/{project_id}/`; `*` stands for a name. */
  readonly path: string
  /** Only with this in the query, and not empty. */
  readonly query?: string
  readonly action: Action
}

/** Every call. The first one that fits counts. */
const ROUTES: readonly Row[] = [
  { method: 'POST', path: 'records', action: sendRecords },
  { method: 'GET', path: 'records', action: getRecords },
  { method: 'GET', path: 'cursors', action: getCursor },
  // A stream without a name, as the Python and Java SDKs ask for it: the name is missing at the end of the path.
  { method: 'GET', path: 'streams', query: 'stream_id', action: describeStream },
  { method: 'GET', path: 'streams', action: listStreams },
  { method: 'POST', path: 'streams', action: createStream },
  { method: 'GET', path: 'streams/*', action: describeStream },
  { method: 'PUT', path: 'streams/*', action: updatePartitionCount },
  { method: 'DELETE', path: 'streams/*', action: deleteStream },
  { method: 'GET', path: 'streams/*/transfer-tasks', action: listTransferTasks },
  { method: 'POST', path: 'streams/*/transfer-tasks', action: createTransferTask },
  { method: 'GET', path: 'streams/*/transfer-tasks/*', action: showTransferTask },
  { method: 'DELETE', path: 'streams/*/transfer-tasks/*', action: deleteTransferTask },
  { method: 'GET', path: 'apps', action: listApps },
  { method: 'POST', path: 'apps', action: createApp },
  { method: 'GET', path: 'apps/*', action: showApp },
  { method: 'DELETE', path: 'apps/*', action: deleteApp },
  { method: 'GET', path: 'apps/*/streams/*', action: showConsumerState },
  { method: 'GET', path: 'checkpoints', action: showCheckpoint },
  { method: 'POST', path: 'checkpoints', action: commitCheckpoint },
  { method: 'DELETE', path: 'checkpoints', action: deleteCheckpoint }
]

/** A call that a method and path name. */
export interface Route {
  readonly action: Action
  readonly projectId: string
  readonly pathName: string
  readonly pathRest: readonly string[]
}

/** Finds the call. One slash at the end is tolerated: half of the SDKs send it. */
export function findRoute(
  method: string,
  path: string,
  query: ReadonlyMap<string, string>
): Route | undefined {
  const [root, version, projectId, ...parts] = path.replace(/\/$/, '').split('/')
  if (root !== '' || version !== 'v2' || !projectId) return undefined
  const row = ROUTES.find((candidate) => {
    if (candidate.method !== method || !fits(candidate.path, parts)) return false
    return candidate.query === undefined || Boolean(query.get(candidate.query))
  })
  if (row === undefined) return undefined
  // Collections and names take turns.
  const [pathName = '', ...pathRest] = parts.filter((_, index) => index % 2 === 1).map(decode)
  return { action: row.action, projectId: decode(projectId), pathName, pathRest }
}

function fits(path: string, parts: readonly string[]): boolean {
  const wanted = path.split('/')
  return (
    wanted.length === parts.length && wanted.every((word, index) => word === '*' || word === parts[index])
  )
}
