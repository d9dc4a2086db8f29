/**
 * What follows from an outcome, as a value: for each record, for the lines that are given up, and for the service as a whole.
 * {@link decide} makes it; the queue, the settlement and the service's health each take their part of it.
 */
import type { StoredRecord } from '../wire/response.ts'

/** Why a record is sent again. */
export type AgainCause =
  /** Its partition is at its limit. */
  | 'throttled'
  /** The service has a fault with this record or its partition; counts as an attempt of its lines. */
  | 'failed'
  /** The answer does not say what became of it. */
  | 'unanswered'
  /** The whole request failed, so it says nothing about the record. */
  | 'request'

export type RecordVerdict =
  | StoredRecord
  /** `without`: those of its lines that are given up. */
  | { readonly kind: 'again'; readonly cause: AgainCause; readonly without: readonly number[] }
  /** All its lines are given up. `cause` as far as the partition is concerned; `undefined`: the record's own. */
  | { readonly kind: 'rejected'; readonly cause: AgainCause | undefined }

/** Lines that are given up, of one code. */
export interface Rejection {
  readonly code: string
  readonly message: string
  readonly cure: string
  /** Lines, and the index of the record that each one was in. */
  readonly lines: readonly number[]
  readonly records: readonly number[]
}

/** What an outcome says about the service as a whole. */
export type ServiceVerdict =
  /** It works: it answered the request. `isAuthenticated`: it must have looked at the credentials before it did. */
  | { readonly kind: 'accepted'; readonly isAuthenticated: boolean }
  /** It is overloaded, has a fault or cannot be reached. `isSlow`: for minutes; `waitMs`: it asks to be left alone for so long. */
  | {
      readonly kind: 'failed'
      readonly isSlow: boolean
      readonly waitMs: number
      readonly code: string
      readonly message: string
      readonly cure: string
    }
  /** It refuses the credentials. */
  | {
      readonly kind: 'unauthorized'
      readonly serverDate: string | undefined
      readonly code: string
      readonly message: string
      readonly cure: string
    }

export interface Counts {
  /** Records that are sent again. */
  readonly retried: number
  /** Records that were over a limit, by themselves or with their request. */
  readonly throttled: number
  /** 1 if nobody knows what became of some records. */
  readonly ambiguous: 0 | 1
}

export type Verdict =
  | {
      readonly kind: 'answered'
      readonly service: ServiceVerdict
      /** One for each record, in order. */
      readonly records: readonly RecordVerdict[]
      readonly rejections: readonly Rejection[]
      readonly counts: Counts
      /** Whether the service refused the request for its content. */
      readonly isContentRefused: boolean
    }
  /** The batch is sent in parts: it is too large, or one of its records is refused. */
  | { readonly kind: 'cut'; readonly cause: 'size' | 'content'; readonly service: ServiceVerdict }
