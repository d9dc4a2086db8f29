import { MAX_DETAIL_LENGTH } from './bounds.ts'

/**
 * What the service answers when it does not do what was asked: codes, statuses and texts as data, and the
 * value that carries one of them through the code. Nothing here is thrown; a refusal is an answer.
 */

interface ErrorRow {
  readonly status: number
  readonly message: string
}

/** Error codes of DIS itself that this server gives. */
export type DisCode =
  | 'DIS.4100'
  | 'DIS.4101'
  | 'DIS.4102'
  | 'DIS.4103'
  | 'DIS.4104'
  | 'DIS.4105'
  | 'DIS.4106'
  | 'DIS.4107'
  | 'DIS.4108'
  | 'DIS.4109'
  | 'DIS.4110'
  | 'DIS.4111'
  | 'DIS.4112'
  | 'DIS.4113'
  | 'DIS.4114'
  | 'DIS.4117'
  | 'DIS.4200'
  | 'DIS.4201'
  | 'DIS.4202'
  | 'DIS.4205'
  | 'DIS.4215'
  | 'DIS.4216'
  | 'DIS.4217'
  | 'DIS.4224'
  | 'DIS.4225'
  | 'DIS.4226'
  | 'DIS.4300'
  | 'DIS.4301'
  | 'DIS.4302'
  | 'DIS.4303'
  | 'DIS.4307'
  | 'DIS.4308'
  | 'DIS.4319'
  | 'DIS.4329'
  | 'DIS.4330'
  | 'DIS.4332'
  | 'DIS.4357'
  | 'DIS.4375'
  | 'DIS.5000'

/** Status and text of each code, after the error code page of the DIS API reference. */
export const DIS_ERRORS: Readonly<Record<DisCode, ErrorRow>> = {
  'DIS.4100': { status: 441, message: 'Authorization error' },
  'DIS.4101': { status: 441, message: 'Authorization header cannot be empty' },
  'DIS.4102': { status: 441, message: 'Authorization header cannot be parsed' },
  'DIS.4103': { status: 441, message: 'X-Sdk-Date header cannot be empty' },
  'DIS.4104': { status: 441, message: 'X-Sdk-Date header cannot be parsed' },
  'DIS.4105': { status: 441, message: 'X-Sdk-Date header is invalid' },
  'DIS.4106': { status: 441, message: 'Access key is missing' },
  'DIS.4107': { status: 441, message: 'Access key is invalid' },
  'DIS.4108': { status: 441, message: 'Service name is missing in the credential scope' },
  'DIS.4109': { status: 441, message: 'Authorization must hold Credential, SignedHeaders and Signature' },
  'DIS.4110': { status: 441, message: 'A part of the Authorization header is empty' },
  'DIS.4111': { status: 441, message: 'Region in the credential scope is invalid' },
  'DIS.4112': { status: 441, message: 'Invalid authorization request' },
  'DIS.4113': { status: 441, message: 'X-Auth-Token header cannot be empty' },
  'DIS.4114': { status: 441, message: 'X-Auth-Token is invalid or expired' },
  'DIS.4117': { status: 400, message: 'Invalid project id' },
  'DIS.4200': { status: 400, message: 'Invalid request' },
  'DIS.4201': { status: 400, message: 'Invalid partition_id' },
  'DIS.4202': { status: 400, message: 'Empty request' },
  'DIS.4205': { status: 400, message: 'Stream is not running' },
  'DIS.4215': { status: 400, message: 'Invalid cursor type' },
  'DIS.4216': { status: 400, message: 'Invalid sequence_number' },
  'DIS.4217': { status: 400, message: 'Invalid partition cursor' },
  'DIS.4224': { status: 400, message: 'Sequence_number out of range' },
  'DIS.4225': { status: 400, message: 'Expired partition cursor' },
  'DIS.4226': {
    status: 400,
    message: 'Partition iterator error or the record to which it points has expired'
  },
  'DIS.4300': { status: 400, message: 'Request error' },
  'DIS.4301': { status: 400, message: 'Stream does not exist' },
  'DIS.4302': { status: 400, message: 'The partition does not exist' },
  'DIS.4303': { status: 400, message: 'Exceeded traffic control limit' },
  'DIS.4307': { status: 400, message: 'The stream already exists' },
  'DIS.4308': { status: 400, message: 'Insufficient quota' },
  'DIS.4319': { status: 400, message: 'The partition is expired' },
  'DIS.4329': { status: 400, message: 'The number of apps has reached its quota' },
  'DIS.4330': { status: 400, message: 'The app already exists' },
  'DIS.4332': { status: 400, message: 'The app does not exist' },
  'DIS.4357': { status: 400, message: 'The stream has as many dump tasks as it may have' },
  'DIS.4375': { status: 400, message: 'The app has no checkpoint there' },
  'DIS.5000': { status: 500, message: 'System error' }
}

/** Error codes of the gateway in front of DIS that this server gives. */
export type GatewayCode = 'APIGW.0101' | 'APIGW.0201' | 'APIGW.0301' | 'APIGW.0308'

/** Status and text of each code, after the error code page of the gateway's signing guide. */
export const GATEWAY_ERRORS: Readonly<Record<GatewayCode, ErrorRow>> = {
  'APIGW.0101': { status: 404, message: 'The API does not exist or has not been published' },
  'APIGW.0201': { status: 413, message: 'Request entity too large' },
  'APIGW.0301': { status: 401, message: 'Incorrect IAM authentication information' },
  'APIGW.0308': { status: 429, message: 'The throttling threshold has been reached' }
}

/** An answer that says no. `shape` is who says it: DIS and its gateway write different bodies. */
export class Refusal {
  readonly shape: 'dis' | 'gateway'
  readonly status: number
  readonly code: string
  readonly message: string
  readonly headers: Readonly<Record<string, string>>

  constructor(
    shape: 'dis' | 'gateway',
    status: number,
    code: string,
    message: string,
    headers: Readonly<Record<string, string>> = {}
  ) {
    this.shape = shape
    this.status = status
    this.code = code
    this.message = message
    this.headers = headers
  }
}

/** A refusal by DIS; `detail` says what was wrong with this request. */
export function refuse(code: DisCode, detail?: string): Refusal {
  const { status, message } = DIS_ERRORS[code]
  return new Refusal('dis', status, code, sentence(message, detail))
}

/**
 * A refusal by DIS whose text the Java SDK takes apart. `facts` stand behind the sentence, in the form that its patterns want; in any other
 * form its getters give null.
 */
export function refuseWith(code: DisCode, facts: string): Refusal {
  const { status, message } = DIS_ERRORS[code]
  return new Refusal('dis', status, code, `${message}. ${facts.slice(0, MAX_DETAIL_LENGTH)}`)
}

/** A refusal by the gateway. */
export function refuseAtGateway(
  code: GatewayCode,
  detail?: string,
  headers?: Readonly<Record<string, string>>
): Refusal {
  const { status, message } = GATEWAY_ERRORS[code]
  return new Refusal('gateway', status, code, sentence(message, detail), headers)
}

/** A refusal for want of memory: requests under way hold all that they may. To a client it is a throttle. */
export function refuseForMemory(): Refusal {
  const detail = 'requests that are under way hold as much memory as they may (option maxBytesInFlight)'
  return refuseAtGateway('APIGW.0308', detail, { 'Retry-After': '1' })
}

// A name in a request may be as long as the request, and JSON makes six characters of some.
function sentence(message: string, detail: string | undefined): string {
  return detail === undefined ? `${message}.` : `${message}: ${detail.slice(0, MAX_DETAIL_LENGTH)}`
}
