import { createStream } from './actions/create-stream.ts'
import { deleteStream } from './actions/delete-stream.ts'
import { describeStream } from './actions/describe-stream.ts'
import { getCursor } from './actions/get-cursor.ts'
import { getRecords } from './actions/get-records.ts'
import { listStreams } from './actions/list-streams.ts'
import { sendRecords } from './actions/send-records.ts'
import { updatePartitionCount } from './actions/update-partition-count.ts'
import type { Action } from './call.ts'
import { decode } from './query.ts'

interface Row {
  readonly method: string
  readonly collection: string
  readonly hasName: boolean
  readonly action: Action
}

/** Every call, by method and path under `/v2/{project_id}/`. */
const ROUTES: readonly Row[] = [
  { method: 'POST', collection: 'records', hasName: false, action: sendRecords },
  { method: 'GET', collection: 'records', hasName: false, action: getRecords },
  { method: 'GET', collection: 'cursors', hasName: false, action: getCursor },
  { method: 'GET', collection: 'streams', hasName: false, action: listStreams },
  { method: 'POST', collection: 'streams', hasName: false, action: createStream },
  { method: 'GET', collection: 'streams', hasName: true, action: describeStream },
  { method: 'PUT', collection: 'streams', hasName: true, action: updatePartitionCount },
  { method: 'DELETE', collection: 'streams', hasName: true, action: deleteStream }
]

/** A call that a method and path name. */
export interface Route {
  readonly action: Action
  readonly projectId: string
  readonly pathName: string
}

/** Finds the call. One slash at the end is tolerated: half of the SDKs send it. */
export function findRoute(method: string, path: string): Route | undefined {
  const [root, version, projectId, collection, name, ...rest] = path.replace(/\/$/, '').split('/')
  if (root !== '' || version !== 'v2' || !projectId || collection === undefined || rest.length > 0)
    return undefined
  const row = ROUTES.find((candidate) => {
    return (
      candidate.method === method &&
      candidate.collection === collection &&
      candidate.hasName === (name !== undefined)
    )
  })
  return row && { action: row.action, projectId: decode(projectId), pathName: decode(name ?? '') }
}
