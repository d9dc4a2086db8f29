/** The calls of the API that this server knows, by their names in the API reference and the SDKs. */
export type ActionName =
  | 'SendRecords'
  | 'GetCursor'
  | 'GetRecords'
  | 'DescribeStream'
  | 'ListStreams'
  | 'CreateStream'
  | 'DeleteStream'
  | 'UpdatePartitionCount'
  | 'CreateApp'
  | 'DeleteApp'
  | 'ShowApp'
  | 'ListApps'
  | 'ShowConsumerState'
  | 'CommitCheckpoint'
  | 'ShowCheckpoint'
  | 'DeleteCheckpoint'
  | 'CreateTransferTask'
  | 'ListTransferTasks'
  | 'ShowTransferTask'
  | 'DeleteTransferTask'

/** Which requests a fault strikes. */
export interface FaultAim {
  /** Default `'SendRecords'`; `'*'` for every call. Faults of records and result lists know only SendRecords. */
  readonly action?: ActionName | '*' | undefined
  /** Only requests to this stream. */
  readonly stream?: string | undefined
  /** Strike this many requests, then no more. Default: for ever. */
  readonly times?: number | undefined
  /** Let this many requests pass first. Default 0. */
  readonly after?: number | undefined
  /** Chance for each request, 0 … 1. Default 1. */
  readonly probability?: number | undefined
}

/** Which records of a struck request fail; all of them if nothing is said. */
export interface RecordAim {
  /** The first so many. */
  readonly records?: number | undefined
  /** Chance for each record, 0 … 1. */
  readonly recordProbability?: number | undefined
  /** Those whose data contains this text. */
  readonly match?: string | undefined
}

/** One way in which the server misbehaves, as plain data. */
export type Fault = FaultAim &
  (
    | ({ readonly kind: 'throttle' } & RecordAim)
    | ({
        readonly kind: 'record-error'
        readonly code: string
        readonly message?: string | undefined
      } & RecordAim)
    | { readonly kind: '429'; readonly retryAfter?: number | undefined }
    | { readonly kind: '500'; readonly status?: 500 | 502 | 503 | 504 | undefined }
    | { readonly kind: '413' }
    | { readonly kind: 'reset-before' }
    | { readonly kind: 'reset-after' }
    | { readonly kind: 'slow'; readonly delayMs: number }
    | { readonly kind: 'hang' }
    | { readonly kind: 'short-list' }
    | { readonly kind: 'long-list' }
    | { readonly kind: 'object-records' }
    | { readonly kind: 'numeric-sequence' }
    | { readonly kind: 'not-json' }
    | { readonly kind: 'empty' }
    | { readonly kind: 'auth-441'; readonly code?: string | undefined }
    | { readonly kind: 'auth-401' }
    | {
        readonly kind: 'error'
        readonly status: number
        readonly code: string
        readonly message?: string | undefined
      }
  )

/** Name of a fault. */
export type FaultKind = Fault['kind']
