/**
 * What each code of the service means for the records, as data. Sources: the DIS API reference (error
 * codes), the API gateway's reference, and what the official clients retry.
 */

export type CodeAction =
  /** Over a rate limit: slow down and send again; never uses up attempts. */
  | 'throttle'
  /** The service's fault for now: send again, counted against the record where the record itself failed. */
  | 'retry'
  /** Will pass in minutes, not in milliseconds: send again after a long wait. */
  | 'slow-retry'
  /** Credentials: refresh once where that can help, then stop asking. */
  | 'unauthorized'
  /** Too large: send in halves. */
  | 'split'
  /** Final. */
  | 'refuse'

interface CodeRule {
  readonly action: CodeAction
  /** What the operator should do, where it is not obvious from the message. */
  readonly cure?: string
  /** The same where requests are signed with a scope already. */
  readonly scopedCure?: string
}

/** Without an action: the status of the answer decides. */
type KnownCode = CodeRule | { readonly action?: undefined; readonly cure: string }

const SIGNATURE = 'check access key, secret key, region and the clock of this machine'
const UNSCOPED = "this endpoint wants scoped signatures: set signing: 'dis'"
const SCOPED = 'the service does not read this signature: check that nothing on the way changes headers'
const REFRESH = 'the credentials are expired or unknown: renew them'
const RIGHTS =
  'the credentials are valid but may not write: check permissions, arrears and account verification'
const STREAM = 'check streamName, region and projectId'
const REPORT = 'the service does not understand the request: please report it'
const CURSOR = 'a cursor lasts five minutes: get another one'
const NOT_DIS = 'check endpoint: the gateway there does not know DIS'
const GATEWAY = 'the gateway is not set up for this call: check endpoint, or ask the service desk'
const PARTITION = 'check partitionId: the partition does not exist (any more)'

const CODES: Readonly<Record<string, KnownCode>> = {
  'DIS.4100': { action: 'unauthorized', cure: SIGNATURE },
  'DIS.4101': { action: 'unauthorized', cure: SIGNATURE },
  'DIS.4102': { action: 'unauthorized', cure: SIGNATURE },
  'DIS.4103': { action: 'unauthorized', cure: SIGNATURE },
  'DIS.4104': { action: 'unauthorized', cure: SIGNATURE },
  'DIS.4105': {
    action: 'unauthorized',
    cure: 'set the clock of this machine: it is more than 15 minutes off'
  },
  'DIS.4106': { action: 'unauthorized', cure: REFRESH },
  'DIS.4107': { action: 'unauthorized', cure: REFRESH },
  'DIS.4108': { action: 'unauthorized', cure: UNSCOPED, scopedCure: SCOPED },
  'DIS.4109': { action: 'unauthorized', cure: UNSCOPED, scopedCure: SCOPED },
  'DIS.4110': { action: 'unauthorized', cure: SIGNATURE },
  'DIS.4111': {
    action: 'unauthorized',
    cure: 'the signed region is not the one of the endpoint: check region'
  },
  'DIS.4112': { action: 'unauthorized', cure: SIGNATURE },
  'DIS.4113': { action: 'unauthorized', cure: REFRESH },
  'DIS.4114': { action: 'unauthorized', cure: REFRESH },
  'DIS.4116': { action: 'unauthorized', cure: RIGHTS },
  'DIS.4117': { action: 'refuse', cure: 'check projectId' },
  'DIS.4200': { cure: REPORT },
  'DIS.4201': { cure: PARTITION },
  'DIS.4202': { cure: REPORT },
  'DIS.4205': {
    action: 'slow-retry',
    cure: 'the stream is not running yet: wait, or check it in the console'
  },
  'DIS.4215': { cure: REPORT },
  'DIS.4216': { cure: 'check the sequence number' },
  'DIS.4217': { cure: CURSOR },
  'DIS.4224': { cure: 'the record is not kept any more, or does not exist yet: read from the oldest' },
  'DIS.4225': { cure: CURSOR },
  'DIS.4226': { cure: CURSOR },
  'DIS.4300': { cure: 'the message of the service says what it misses' },
  'DIS.4301': { action: 'refuse', cure: STREAM },
  'DIS.4302': { action: 'refuse', cure: PARTITION },
  'DIS.4303': { action: 'throttle', cure: 'the stream is at its limit: add partitions or aggregate lines' },
  'DIS.4305': { action: 'throttle', cure: 'too many requests to the stream: raise batch.lingerMs' },
  'DIS.4309': { action: 'unauthorized', cure: 'this address is blacklisted after too many refused calls' },
  'DIS.4319': { action: 'refuse', cure: PARTITION },
  'DIS.5000': { action: 'retry' },
  'DIS.5250': { action: 'retry' },
  'DIS.5900': { action: 'slow-retry', cure: 'the partition is read-only: wait, or ask the service desk' },
  'APIGW.0101': { cure: NOT_DIS },
  'APIGW.0103': { cure: NOT_DIS },
  'APIGW.0104': { cure: GATEWAY },
  'APIGW.0105': { cure: GATEWAY },
  'APIGW.0106': { cure: GATEWAY },
  // Invalid, too large, or too slow behind the gateway: 400, 413, 504.
  'APIGW.0201': { cure: 'lower batch.maxBytes if it happens often' },
  'APIGW.0301': { action: 'unauthorized', cure: SIGNATURE },
  'APIGW.0303': { action: 'unauthorized', cure: SIGNATURE },
  'APIGW.0304': { action: 'unauthorized', cure: SIGNATURE },
  'APIGW.0307': { action: 'unauthorized', cure: REFRESH },
  'APIGW.0308': { action: 'throttle', cure: 'the gateway limits the rate of requests: raise batch.lingerMs' }
}

/** By status, where the code says nothing: first match wins. */
function actionOfStatus(status: number): CodeAction {
  if (status === 429) return 'throttle'
  if (status === 413) return 'split'
  if (status === 401 || status === 403 || status === 441) return 'unauthorized'
  if (status === 408 || status >= 500) return 'retry'
  return 'refuse'
}

/** The rule for a code (of a record, or of a whole request with its status; 0 for a record). */
export function ruleFor(code: string, status: number): CodeRule {
  // The gateway's two generations differ in their prefix only, and 413 shares a code with bad parameters.
  const known = status === 413 ? undefined : CODES[code.replace(/^APIG\./, 'APIGW.')]
  if (known?.action !== undefined) return known
  // Every 5xxx code of the service is a fault of its own.
  if (code.startsWith('DIS.5')) return { action: 'retry' }
  return { ...known, action: actionOfStatus(status) }
}

/** Every code that we know something about, for documentation and tests. */
export function knownCodes(): ReadonlyMap<string, KnownCode> {
  return new Map(Object.entries(CODES))
}
