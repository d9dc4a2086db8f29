import type { CREDENTIALS_REASONS, ERROR_CODES } from './report/codes.ts'
import { renderCure } from './report/cure.ts'
import { printable, printableLine } from './report/printable.ts'

/** Codes of this library's own errors. Stable: they may be compared, logged and documented. */
export type DisErrorCode = (typeof ERROR_CODES)[number]

// A registered symbol, so that `instanceof` also holds between two copies of this package in one process.
const BRAND: unique symbol = Symbol.for('dis-logs.error')

/** Base class of every error thrown by this library. Never holds a secret, and its text does nothing to a terminal. */
export class DisError extends Error {
  readonly code: DisErrorCode
  readonly [BRAND]: DisErrorCode

  constructor(code: DisErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'DisError'
    this.code = code
    this[BRAND] = code
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return hasBrand(value)
  }
}

/** One thing that is wrong with the options. */
export interface ConfigProblem {
  /** Path of the option, as in `batch.maxRecords`. */
  readonly option: string
  /** What was given, shortened; only its type where it could be a secret. */
  readonly given: string
  /** What is allowed, or how to mend it, in terms of options. */
  readonly allowed: string
  /** The same for a front end with names of its own: options stand in braces, as in `{streamName}`. See `renderCure`. */
  readonly cure: string
}

/** A problem as it is found; the error turns its cure into prose. */
export type ConfigFault = Omit<ConfigProblem, 'allowed'>

/** Options that cannot work. Thrown at construction only; `problems` lists every one that was found. */
export class DisConfigError extends DisError {
  readonly problems: readonly ConfigProblem[]

  constructor(problems: readonly ConfigFault[]) {
    const complete = problems.map(({ option, given, cure }) => ({
      option: printable(short(option)),
      given: printable(short(given)),
      cure,
      allowed: renderCure(cure)
    }))
    super('DIS_LOGS_CONFIG', `Invalid DIS options:\n${complete.map(describe).join('\n')}`)
    this.name = 'DisConfigError'
    this.problems = complete
  }

  /** Path of the first wrong option. */
  get option(): string {
    return this.problems[0]?.option ?? ''
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return hasBrand(value) && value[BRAND] === 'DIS_LOGS_CONFIG'
  }
}

/** The error for one wrong option. */
export function invalidOption(option: string, given: string, cure: string): DisConfigError {
  return new DisConfigError([{ option, given, cure }])
}

/** A call to DIS that failed: what the reading client throws. The producer reports by events instead. */
export class DisRequestError extends DisError {
  /** HTTP status, or 0 if there was no answer. */
  readonly status: number
  /** Code of the service (`DIS.4301`, `APIGW.0301`) or of the network (`NETWORK_DNS`, `NETWORK_REFUSED`, `NETWORK_TLS`, `NETWORK_TIMEOUT` …). */
  readonly serviceCode: string
  /** `X-Request-Id` of the answer, for a support ticket. */
  readonly requestId: string | undefined
  /** What to do about it. Options stand in it in braces, as in `{streamName}`; `renderCure` turns it into prose. */
  readonly cure: string

  constructor(facts: {
    status: number
    serviceCode: string
    message: string
    cure: string
    requestId?: string | undefined
  }) {
    super('DIS_LOGS_REQUEST', printableLine(`${facts.serviceCode}: ${facts.message}`))
    this.name = 'DisRequestError'
    this.status = facts.status
    this.serviceCode = printableLine(facts.serviceCode)
    this.requestId = facts.requestId === undefined ? undefined : printableLine(facts.requestId)
    this.cure = facts.cure
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return hasBrand(value) && value[BRAND] === 'DIS_LOGS_REQUEST'
  }
}

/** Why there are no credentials. Stable, like the codes of the service; docs/errors.md says what each means. */
export type CredentialsReason = (typeof CREDENTIALS_REASONS)[number]

/** No credentials now. The reading client rejects with it; the producer warns, keeps the lines and asks again. */
export class DisCredentialsError extends DisError {
  readonly reason: CredentialsReason
  /** What to do about it. Options stand in it in braces, as in `{credentials}`; `renderCure` turns it into prose. */
  readonly cure: string

  constructor(reason: CredentialsReason, message: string, cure: string) {
    super('DIS_LOGS_CREDENTIALS', printableLine(message))
    this.name = 'DisCredentialsError'
    this.reason = reason
    this.cure = cure
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return hasBrand(value) && value[BRAND] === 'DIS_LOGS_CREDENTIALS'
  }
}

function hasBrand(value: unknown): value is { [BRAND]: DisErrorCode } {
  return typeof value === 'object' && value !== null && BRAND in value
}

/** A path or an address may be as long as its user likes, and the system's words repeat it. */
function short(text: string): string {
  return text.length > 500 ? `${text.slice(0, 500)}…` : text
}

function describe({ option, given, allowed }: ConfigProblem): string {
  return `  ${option}: got ${given}; ${allowed}`
}
