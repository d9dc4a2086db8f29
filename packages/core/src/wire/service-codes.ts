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

/** What a row of the table says. */
interface KnownCode {
  /** Without an action the status of the answer decides. */
  readonly action?: CodeAction
  /** The code is about where requests go, not about what is in them: any other request gets it, too. */
  readonly concerns?: 'destination'
  /** What the operator should do, where it is not obvious from the message. */
  readonly cure?: string
  /** The same where requests are signed with a scope already. */
  readonly scopedCure?: string
}

/** What follows for a whole request. */
export interface RequestRule {
  readonly action: CodeAction
  /** With `refuse`: something in the request is wrong, so a part of it may be taken. */
  readonly isContent: boolean
  readonly cure?: string
  readonly scopedCure?: string
}

/** What follows for one record of an answered request. */
export interface RecordRule {
  readonly action: 'throttle' | 'retry' | 'refuse'
  readonly cure?: string
}

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

const TABLE: Readonly<Record<string, KnownCode>> = {
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
  'DIS.4117': { action: 'refuse', concerns: 'destination', cure: 'check projectId' },
  'DIS.4200': { cure: REPORT },
  'DIS.4201': { concerns: 'destination', cure: PARTITION },
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
  'DIS.4301': { action: 'refuse', concerns: 'destination', cure: STREAM },
  'DIS.4302': { action: 'refuse', concerns: 'destination', cure: PARTITION },
  'DIS.4303': { action: 'throttle', cure: 'the stream is at its limit: add partitions or aggregate lines' },
  'DIS.4305': { action: 'throttle', cure: 'too many requests to the stream: raise batch.lingerMs' },
  'DIS.4309': { action: 'unauthorized', cure: 'this address is blacklisted after too many refused calls' },
  'DIS.4319': { action: 'refuse', concerns: 'destination', cure: PARTITION },
  'DIS.5000': { action: 'retry' },
  'DIS.5250': { action: 'retry' },
  'DIS.5900': { action: 'slow-retry', cure: 'the partition is read-only: wait, or ask the service desk' },
  'APIGW.0101': { concerns: 'destination', cure: NOT_DIS },
  'APIGW.0103': { concerns: 'destination', cure: NOT_DIS },
  'APIGW.0104': { concerns: 'destination', cure: GATEWAY },
  'APIGW.0105': { concerns: 'destination', cure: GATEWAY },
  'APIGW.0106': { concerns: 'destination', cure: GATEWAY },
  // Invalid, too large, or too slow behind the gateway: 400, 413, 504.
  'APIGW.0201': { cure: 'lower batch.maxBytes if it happens often' },
  'APIGW.0301': { action: 'unauthorized', cure: SIGNATURE },
  'APIGW.0303': { action: 'unauthorized', cure: SIGNATURE },
  'APIGW.0304': { action: 'unauthorized', cure: SIGNATURE },
  'APIGW.0307': { action: 'unauthorized', cure: REFRESH },
  'APIGW.0308': { action: 'throttle', cure: 'the gateway limits the rate of requests: raise batch.lingerMs' }
}

// A map, because an object also knows `constructor`, and codes come from the network.
const CODES: ReadonlyMap<string, KnownCode> = new Map(Object.entries(TABLE))

/** By status, where the code says nothing: first match wins. */
function actionOfStatus(status: number): CodeAction {
  if (status === 429) return 'throttle'
  if (status === 413) return 'split'
  if (status === 401 || status === 403 || status === 441) return 'unauthorized'
  if (status === 408 || status >= 500) return 'retry'
  return 'refuse'
}

// The API page's own sample has this message with the placeholder `DIS.xxxx` for a code.
const TRAFFIC_CONTROL = /traffic control/i
// Of the other statuses none is about what is in the body: 404, 405, 406, 410, 415.
const CONTENT_STATUSES: ReadonlySet<number> = new Set([400, 422])

/** The rule for a whole request that was answered with `status`. `code` and `message` as in the body, `''` if it has none. */
export function ruleFor(code: string, status: number, message = ''): RequestRule {
  // 413 shares a code with bad parameters, so there the status says more.
  const known = status === 413 ? undefined : lookUp(code)
  const action = actionOf(code, known, status, message)
  const isContent = action === 'refuse' && CONTENT_STATUSES.has(status) && known?.concerns !== 'destination'
  return { ...cureOf(known, action), action, isContent }
}

function actionOf(code: string, known: KnownCode | undefined, status: number, message: string): CodeAction {
  if (TRAFFIC_CONTROL.test(message)) return 'throttle'
  if (known?.action !== undefined) return known.action
  return isFault(code) ? 'retry' : actionOfStatus(status)
}

/**
 * The rule for one record that failed in an answered request. A code that is in no table is retried: it counts attempts,
 * and only then the record is rejected with it. The same holds for credentials, since those of the request were taken.
 */
export function ruleForRecord(code: string, message: string): RecordRule {
  const known = lookUp(code)
  const action = recordActionOf(code, known, message)
  return { ...cureOf(known, action), action }
}

function recordActionOf(code: string, known: KnownCode | undefined, message: string): RecordRule['action'] {
  if (TRAFFIC_CONTROL.test(message)) return 'throttle'
  if (known === undefined || isFault(code)) return 'retry'
  switch (known.action) {
    case 'throttle':
      return 'throttle'
    case 'retry':
    case 'slow-retry':
    case 'unauthorized':
      return 'retry'
    // Without a status, a code that is known and not said to pass is final.
    case undefined:
    case 'split':
    case 'refuse':
      return 'refuse'
    default: {
      const never: never = known.action
      return never
    }
  }
}

/** The cures of the table, unless the message gave the code another meaning. */
function cureOf(known: KnownCode | undefined, action: CodeAction): Pick<RequestRule, 'cure' | 'scopedCure'> {
  if (known === undefined || (action === 'throttle' && known.action !== 'throttle')) return {}
  const { cure, scopedCure } = known
  return { ...(cure === undefined ? {} : { cure }), ...(scopedCure === undefined ? {} : { scopedCure }) }
}

/** The gateway's two generations differ in their prefix only. */
function lookUp(code: string): KnownCode | undefined {
  return CODES.get(code.replace(/^APIG\./, 'APIGW.'))
}

/** Every 5xxx code of the service is a fault of its own. */
function isFault(code: string): boolean {
  return code.startsWith('DIS.5')
}

/** Every code that we know something about, for documentation and tests. */
export function knownCodes(): ReadonlyMap<string, KnownCode> {
  return CODES
}
