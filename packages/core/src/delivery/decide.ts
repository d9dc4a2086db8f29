/**
 * outcome → verdict: what follows for each record and for the service. Pure: no clock, no chance, no lane.
 *
 * Attempts and age belong to a line. So of a record with many lines those go again that may, and the others are given up.
 * Throttling and outages use up no attempts.
 */
import type { NoAnswerCode } from '../report/codes.ts'
import { cureOf } from '../report/diagnoses.ts'
import type { Failure, Outcome } from '../wire/outcome.ts'
import type { RecordResult } from '../wire/response.ts'
import { ruleForRecord } from '../wire/service-codes.ts'
import type { AgainCause, Counts, RecordVerdict, Rejection, ServiceVerdict, Verdict } from './verdict.ts'

/** What a decision needs to know of a batch. */
export interface DecidableBatch {
  readonly records: number
  /** Whether it has more than one line. */
  readonly isDivisible: boolean
  /** Whether a refusal may be the fault of a single record. */
  readonly isSearchable: boolean
  begin(record: number): number
  end(record: number): number
  line(index: number): number
}

/** What it needs to know of lines. */
export interface LineFacts {
  attempts(line: number): number
  /** Monotonic, in ms. */
  writtenAt(line: number): number
}

export interface RetryPolicy {
  readonly maxAttempts: number
  readonly maxAgeMs: number | null
}

const ACCEPTED: ServiceVerdict = { kind: 'accepted', isAuthenticated: true }
const NO_COUNTS: Counts = { retried: 0, throttled: 0, ambiguous: 0 }
const NONE: readonly number[] = []
/** Most records go again as a whole. */
const AGAIN: Readonly<Record<AgainCause, RecordVerdict>> = {
  throttled: { kind: 'again', cause: 'throttled', without: NONE },
  failed: { kind: 'again', cause: 'failed', without: NONE },
  unanswered: { kind: 'again', cause: 'unanswered', without: NONE },
  request: { kind: 'again', cause: 'request', without: NONE }
}
const REJECTED: RecordVerdict = { kind: 'rejected', cause: undefined }
const TOO_OLD = 'older than retry.maxAgeMs'

/** `now`: monotonic, in ms. */
export function decide(
  outcome: Outcome,
  batch: DecidableBatch,
  lines: LineFacts,
  policy: RetryPolicy,
  now: number
): Verdict {
  switch (outcome.kind) {
    case 'delivered':
      return answered(outcome.results, NONE_GIVEN_UP, NO_COUNTS)
    case 'partial':
      return new Decision(batch, lines, policy, now).ofResults(outcome.results)
    case 'retry': {
      const { action, ambiguous, retryAfterMs = 0 } = outcome
      const decision = new Decision(batch, lines, policy, now)
      const isSlow = action === 'slow-retry'
      return decision.ofRequest(outcome, {
        service: { kind: 'failed', isSlow, waitMs: retryAfterMs, ...failureOf(outcome) },
        throttled: action === 'throttle' ? batch.records : 0,
        ambiguous: ambiguous ? 1 : 0
      })
    }
    case 'unauthorized': {
      // The lines may be old, but nothing says that they would be refused.
      const decision = new Decision(batch, lines, { ...policy, maxAgeMs: null }, now)
      const service: ServiceVerdict = {
        kind: 'unauthorized',
        serverDate: outcome.serverDate,
        ...failureOf(outcome)
      }
      return decision.ofRequest(outcome, { service, throttled: 0, ambiguous: 0 })
    }
    case 'split':
      if (batch.isDivisible) return { kind: 'cut', cause: 'size', service: turnedDown(outcome) }
      return new Decision(batch, lines, policy, now).ofRefusal(outcome, false)
    case 'refused':
      if (outcome.isContent && batch.isDivisible && batch.isSearchable) {
        return { kind: 'cut', cause: 'content', service: turnedDown(outcome) }
      }
      return new Decision(batch, lines, policy, now).ofRefusal(outcome, outcome.isContent)
    default: {
      const never: never = outcome
      return never
    }
  }
}

interface Reason {
  readonly code: string
  readonly message: string
  /** That of the code, if it is not given. */
  readonly cure?: string
}

const NONE_GIVEN_UP: readonly Rejection[] = []
const UNANSWERED: Reason = {
  code: 'UNREADABLE_ANSWER' satisfies NoAnswerCode,
  message: 'the answer does not say what became of the record'
}

/** The verdicts of one batch, record by record. */
class Decision {
  readonly #batch: DecidableBatch
  readonly #lines: LineFacts
  readonly #policy: RetryPolicy
  readonly #now: number
  readonly #rejections = new Map<string, Failure & { readonly lines: number[]; readonly records: number[] }>()
  #retried = 0
  #throttled = 0
  #ambiguous: 0 | 1 = 0

  constructor(batch: DecidableBatch, lines: LineFacts, policy: RetryPolicy, now: number) {
    this.#batch = batch
    this.#lines = lines
    this.#policy = policy
    this.#now = now
  }

  /** An answer with a result for each record. */
  ofResults(results: readonly RecordResult[]): Verdict {
    const records = this.#each((record) => this.#ofResult(record, results[record] ?? { kind: 'unknown' }))
    return answered(records, this.#givenUp(), this.#counts())
  }

  /** A request that failed as a whole. */
  ofRequest(
    reason: Reason,
    { service, throttled, ambiguous }: { service: ServiceVerdict; throttled: number; ambiguous: 0 | 1 }
  ): Verdict {
    this.#throttled = throttled
    this.#ambiguous = ambiguous
    const records = this.#each((record) => this.#again(record, 'request', reason))
    return { ...answered(records, this.#givenUp(), this.#counts()), service }
  }

  /** A request that is refused for good. */
  ofRefusal(reason: Reason, isContentRefused: boolean): Verdict {
    const records = this.#each((record) => this.#refuse(record, reason))
    const service = turnedDown(reason)
    return { ...answered(records, this.#givenUp(), NO_COUNTS), service, isContentRefused }
  }

  #each(verdictOf: (record: number) => RecordVerdict): RecordVerdict[] {
    return Array.from({ length: this.#batch.records }, (_, record) => verdictOf(record))
  }

  #ofResult(record: number, result: RecordResult): RecordVerdict {
    if (result.kind === 'stored') return result
    if (result.kind === 'unknown') {
      this.#ambiguous = 1
      return this.#again(record, 'unanswered', UNANSWERED)
    }
    const { action } = ruleForRecord(result.code, result.message)
    const reason: Reason = result
    switch (action) {
      case 'throttle':
        this.#throttled++
        return this.#again(record, 'throttled', reason)
      case 'retry':
        return this.#again(record, 'failed', reason)
      case 'refuse':
        return this.#refuse(record, reason)
      default: {
        const never: never = action
        return never
      }
    }
  }

  #refuse(record: number, reason: Reason): RecordVerdict {
    this.#reject(record, this.#linesOf(record), reason, reason.code)
    return REJECTED
  }

  /** The record again, without the lines that have used up their attempts or their time. */
  #again(record: number, cause: AgainCause, reason: Reason): RecordVerdict {
    const { maxAttempts, maxAgeMs } = this.#policy
    const exhausted: number[] = []
    const old: number[] = []
    for (const line of this.#linesOf(record)) {
      if (cause === 'failed' && this.#lines.attempts(line) + 1 >= maxAttempts) exhausted.push(line)
      else if (maxAgeMs !== null && this.#now - this.#lines.writtenAt(line) > maxAgeMs) old.push(line)
    }
    this.#reject(record, exhausted, reason, reason.code)
    this.#reject(record, old, { ...reason, message: `${reason.message} (${TOO_OLD})` }, `${reason.code} old`)
    const without = [...exhausted, ...old]
    if (without.length === this.#batch.end(record) - this.#batch.begin(record)) {
      return { kind: 'rejected', cause }
    }
    this.#retried++
    return without.length === 0 ? AGAIN[cause] : { kind: 'again', cause, without }
  }

  #linesOf(record: number): number[] {
    const lines: number[] = []
    for (let index = this.#batch.begin(record); index < this.#batch.end(record); index++) {
      lines.push(this.#batch.line(index))
    }
    return lines
  }

  /** One group for each code: the messages of a group may name records, and the first one stands for all. */
  #reject(record: number, lines: readonly number[], reason: Reason, key: string): void {
    if (lines.length === 0) return
    const group = this.#rejections.get(key) ?? { ...failureOf(reason), lines: [], records: [] }
    this.#rejections.set(key, group)
    for (const line of lines) {
      group.lines.push(line)
      group.records.push(record)
    }
  }

  #givenUp(): readonly Rejection[] {
    return this.#rejections.size === 0 ? NONE_GIVEN_UP : [...this.#rejections.values()]
  }

  #counts(): Counts {
    return { retried: this.#retried, throttled: this.#throttled, ambiguous: this.#ambiguous }
  }
}

function answered(
  records: readonly RecordVerdict[],
  rejections: readonly Rejection[],
  counts: Counts
): Extract<Verdict, { kind: 'answered' }> {
  return { kind: 'answered', service: ACCEPTED, records, rejections, counts, isContentRefused: false }
}

/** A gateway turns large and malformed requests away before it looks at the credentials; DIS itself stands behind that look. */
function turnedDown({ code }: Reason): ServiceVerdict {
  return { kind: 'accepted', isAuthenticated: code.startsWith('DIS.') }
}

/** Without what else the outcome holds. */
function failureOf({ code, message, cure = cureOf(code, { message }) }: Reason): Failure {
  return { code, message, cure }
}
