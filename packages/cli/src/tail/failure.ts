/** What a failed reading call means, and how long to wait after it. */
import { DisCredentialsError, DisRequestError } from '@dis-logs/core'
import { inFlags } from '../options.ts'

/** What to do next. */
export type FailureKind =
  /** It will pass: wait and try again. */
  | 'passing'
  /** The cursor is worth nothing any more: open another one. */
  | 'cursor-lost'
  /** The page does not fit into an answer: ask for fewer records. */
  | 'page-too-large'
  /** The sequence number lies outside what is kept. */
  | 'out-of-range'
  /** This partition can never be read again. */
  | 'partition-gone'
  /** Trying again cannot help: credentials, names, rights. */
  | 'final'

const KIND_OF: Readonly<Record<string, FailureKind>> = {
  'DIS.4217': 'cursor-lost',
  'DIS.4225': 'cursor-lost',
  'DIS.4226': 'cursor-lost',
  'DIS.4224': 'out-of-range',
  'DIS.4319': 'partition-gone',
  'DIS.4205': 'passing',
  'DIS.4303': 'passing',
  'DIS.4305': 'passing',
  UNREADABLE_ANSWER: 'passing',
  // The library bounds what it takes in; a page of large records can be above that.
  UND_ERR_RES_EXCEEDED_MAX_SIZE: 'page-too-large'
}

/** Wrong credentials are final at once: five failures would lock the key for five minutes. */
export function kindOf(error: unknown): FailureKind {
  if (!(error instanceof DisRequestError)) return 'final'
  const { status, serviceCode } = error
  const known = KIND_OF[serviceCode]
  if (known !== undefined) return known
  if (serviceCode.startsWith('DIS.5')) return 'passing'
  return status === 0 || status === 408 || status === 429 || status >= 500 ? 'passing' : 'final'
}

/** Codes that say that the credentials are no good. DIS.4116 is none: they are good, and may not do this. */
const REFUSED = /^(DIS\.41(0\d|1[0-4])|DIS\.4309|APIGW\.030\d)$/

/** Whether credentials were refused. Five of those lock a key for five minutes, so nothing is tried again. */
export function areCredentialsRefused(error: unknown): boolean {
  if (error instanceof DisCredentialsError) return true
  if (!(error instanceof DisRequestError)) return false
  const { serviceCode, status } = error
  return REFUSED.test(serviceCode) || ((status === 401 || status === 441) && serviceCode !== 'DIS.4116')
}

/** The failure and its cure in a line. */
export function describeFailure(error: unknown): string {
  if (error instanceof DisCredentialsError)
    return `${error.reason}: ${error.message} — ${inFlags(error.cure)}`
  if (!(error instanceof DisRequestError)) return error instanceof Error ? error.message : String(error)
  return `${error.message} — ${inFlags(error.cure)}`
}

const BASE_MS = 500
const MAX_MS = 15_000

/** Full jitter: a random wait below a bound that doubles. `failures` counts from 1, `random` is in [0, 1). */
export function backoffMs(failures: number, random: number): number {
  return Math.max(50, random * Math.min(MAX_MS, BASE_MS * 2 ** (failures - 1)))
}
