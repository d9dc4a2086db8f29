/** What a failed reading call means. Pure. */
import { DisRequestError } from '../errors.ts'
import { ruleFor } from '../wire/service-codes.ts'

/** What to do next. */
export type ReadFailure =
  /** It will pass: wait and try again. */
  | 'passing'
  /** The credentials are refused. The client has renewed them where it can: worth one more call. */
  | 'unauthorized'
  /** The cursor is worth nothing any more: open another one. */
  | 'cursor-lost'
  /** The page does not fit into an answer: ask for fewer records. */
  | 'page-too-large'
  /** The place lies outside what is kept. */
  | 'out-of-range'
  /** This partition can never be read again. */
  | 'partition-gone'
  /** Trying again cannot help: names, rights. */
  | 'final'

const FAILURE_OF: Readonly<Record<string, ReadFailure>> = {
  'DIS.4217': 'cursor-lost',
  'DIS.4225': 'cursor-lost',
  'DIS.4226': 'cursor-lost',
  'DIS.4224': 'out-of-range',
  'DIS.4302': 'partition-gone',
  'DIS.4319': 'partition-gone',
  UNREADABLE_ANSWER: 'passing',
  // The library bounds what it takes in; a page of large records can be above that.
  UND_ERR_RES_EXCEEDED_MAX_SIZE: 'page-too-large'
}

/** The service's word for a time that is not kept any more: `timestamp is expired`. */
export const TIME_CODE = 'DIS.4300'

/** Anything that is no error of a call is final: of credentials, of a user's store. */
export function failureOf(error: unknown): ReadFailure {
  if (!(error instanceof DisRequestError)) return 'final'
  const { serviceCode, status } = error
  const known = FAILURE_OF[serviceCode]
  if (known !== undefined) return known
  // There was no answer.
  if (status === 0) return 'passing'
  switch (ruleFor(serviceCode, status).action) {
    case 'throttle':
    case 'retry':
    case 'slow-retry':
      return 'passing'
    case 'unauthorized':
      return 'unauthorized'
    case 'split':
    case 'refuse':
      return 'final'
  }
}
