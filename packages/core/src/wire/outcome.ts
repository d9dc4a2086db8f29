/** reply → outcome: what one attempt gave, as a value. Pure. */
import type { NoAnswerCode } from '../report/codes.ts'
import { cureOf } from '../report/diagnoses.ts'
import type { WireReply } from './message.ts'
import {
  isStored,
  type RecordResult,
  readError,
  readSendRecordsAnswer,
  type SendRecordsAnswer,
  type StoredRecord
} from './response.ts'
import { ruleFor } from './service-codes.ts'

/** Facts about a request that failed as a whole. */
export interface Failure {
  /** Code of the service, else `HTTP 503`, else of the network. */
  readonly code: string
  readonly message: string
  /** What to do about it, with options in braces: see report/cure.ts. */
  readonly cure: string
}

export type Outcome =
  /** Every record is stored; one result a record, in the order of the request. */
  | { readonly kind: 'delivered'; readonly results: readonly StoredRecord[] }
  /** Some records failed or are unknown. */
  | { readonly kind: 'partial'; readonly results: readonly RecordResult[] }
  /** Nothing is known to be stored; try again. */
  | (Failure & {
      readonly kind: 'retry'
      readonly action: 'throttle' | 'retry' | 'slow-retry'
      readonly ambiguous: boolean
      /** From `Retry-After`, in ms. */
      readonly retryAfterMs: number | undefined
    })
  | (Failure & { readonly kind: 'unauthorized'; readonly serverDate: string | undefined })
  | (Failure & { readonly kind: 'split' })
  | (Failure & {
      readonly kind: 'refused'
      /** Something in the request was refused, so a part of it may be taken; false if any other request is refused, too. */
      readonly isContent: boolean
    })

/** How the request was sent, where that matters for what its answer means. */
interface Sent {
  /** Reads a 200 answer, in the format of the request; errors are JSON in any. */
  readonly read?: (body: Buffer, records: number) => SendRecordsAnswer
  /** How it was signed, so that nobody is told to set what is set already. */
  readonly signing?: 'sdk' | 'dis' | 'derived'
}

/**
 * Judges the reply to a request of `records` records. `now` in ms, for a `Retry-After` date.
 */
export function judge(
  reply: WireReply,
  records: number,
  now: number,
  { read = readSendRecordsAnswer, signing }: Sent = {}
): Outcome {
  if (reply.kind === 'failure') {
    const { code, message, ambiguous } = reply
    const cure = reply.cure ?? cureOf(code, { status: 0 })
    return { kind: 'retry', action: 'retry', code, message, cure, ambiguous, retryAfterMs: undefined }
  }
  if (reply.status >= 200 && reply.status < 300) return judgeAnswer(read(reply.body, records))

  const { status } = reply
  const { code, message } = readError(reply.body)
  const rule = ruleFor(code, status, message)
  const failure: Failure = {
    code: code || `HTTP ${status}`,
    message: message || 'no message',
    cure: cureOf(code, { status, message, signing })
  }
  switch (rule.action) {
    case 'throttle':
    case 'retry':
    case 'slow-retry':
      return {
        kind: 'retry',
        action: rule.action,
        ...failure,
        // A gateway that gave up waiting does not know what the service behind it did.
        ambiguous: status === 504 || status === 408,
        retryAfterMs: retryAfter(reply.headers['retry-after'], now)
      }
    case 'unauthorized':
      return { kind: 'unauthorized', ...failure, serverDate: reply.headers['date'] }
    case 'split':
      return { kind: 'split', ...failure }
    case 'refuse':
      return { kind: 'refused', ...failure, isContent: rule.isContent }
    default: {
      const never: never = rule.action
      return never
    }
  }
}

const UNREADABLE: NoAnswerCode = 'UNREADABLE_ANSWER'

function judgeAnswer(answer: SendRecordsAnswer): Outcome {
  if (answer.kind === 'unreadable') {
    return {
      kind: 'retry',
      action: 'retry',
      code: UNREADABLE,
      message: `the answer is not one of SendRecords: ${answer.excerpt}`,
      cure: cureOf(UNREADABLE),
      ambiguous: true,
      retryAfterMs: undefined
    }
  }
  const { results } = answer
  return results.every(isStored) ? { kind: 'delivered', results } : { kind: 'partial', results }
}

/** Seconds or an HTTP date, as ms from now; at most an hour, because a wrong header must not stop the logs. */
function retryAfter(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined
  const ms = /^\d+$/.test(value.trim()) ? Number(value) * 1_000 : Date.parse(value) - now
  return Number.isFinite(ms) && ms >= 0 ? Math.min(ms, 3_600_000) : undefined
}
