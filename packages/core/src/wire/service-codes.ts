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
}

/** What follows for a whole request. */
export interface RequestRule {
  readonly action: CodeAction
  /** With `refuse`: something in the request is wrong, so a part of it may be taken. */
  readonly isContent: boolean
}

/** What follows for one record of an answered request. */
export interface RecordRule {
  readonly action: 'throttle' | 'retry' | 'refuse'
}

const TABLE = {
  'DIS.4100': { action: 'unauthorized' },
  'DIS.4101': { action: 'unauthorized' },
  'DIS.4102': { action: 'unauthorized' },
  'DIS.4103': { action: 'unauthorized' },
  'DIS.4104': { action: 'unauthorized' },
  'DIS.4105': { action: 'unauthorized' },
  'DIS.4106': { action: 'unauthorized' },
  'DIS.4107': { action: 'unauthorized' },
  'DIS.4108': { action: 'unauthorized' },
  'DIS.4109': { action: 'unauthorized' },
  'DIS.4110': { action: 'unauthorized' },
  'DIS.4111': { action: 'unauthorized' },
  'DIS.4112': { action: 'unauthorized' },
  'DIS.4113': { action: 'unauthorized' },
  'DIS.4114': { action: 'unauthorized' },
  'DIS.4116': { action: 'unauthorized' },
  'DIS.4117': { action: 'refuse', concerns: 'destination' },
  'DIS.4200': {},
  'DIS.4201': { concerns: 'destination' },
  'DIS.4202': {},
  'DIS.4205': { action: 'slow-retry' },
  'DIS.4215': {},
  'DIS.4216': {},
  'DIS.4217': {},
  'DIS.4224': {},
  'DIS.4225': {},
  'DIS.4226': {},
  'DIS.4300': {},
  'DIS.4301': { action: 'refuse', concerns: 'destination' },
  'DIS.4302': { action: 'refuse', concerns: 'destination' },
  'DIS.4303': { action: 'throttle' },
  'DIS.4305': { action: 'throttle' },
  'DIS.4309': { action: 'unauthorized' },
  'DIS.4319': { action: 'refuse', concerns: 'destination' },
  'DIS.4330': { action: 'refuse', concerns: 'destination' },
  'DIS.4332': { action: 'refuse', concerns: 'destination' },
  'DIS.5000': { action: 'retry' },
  'DIS.5250': { action: 'retry' },
  'DIS.5900': { action: 'slow-retry' },
  'APIGW.0101': { concerns: 'destination' },
  'APIGW.0103': { concerns: 'destination' },
  'APIGW.0104': { concerns: 'destination' },
  'APIGW.0105': { concerns: 'destination' },
  'APIGW.0106': { concerns: 'destination' },
  // Invalid, too large, or too slow behind the gateway: 400, 413, 504.
  'APIGW.0201': {},
  'APIGW.0301': { action: 'unauthorized' },
  'APIGW.0303': { action: 'unauthorized' },
  'APIGW.0304': { action: 'unauthorized' },
  'APIGW.0307': { action: 'unauthorized' },
  'APIGW.0308': { action: 'throttle' }
} satisfies Readonly<Record<string, KnownCode>>

/** A code of the service that is known here. */
export type ServiceCode = keyof typeof TABLE

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
  return { action, isContent }
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
  if (TRAFFIC_CONTROL.test(message)) return { action: 'throttle' }
  if (isFault(code)) return { action: 'retry' }
  return { action: recordActionOf(lookUp(code)) }
}

function recordActionOf(known: KnownCode | undefined): RecordRule['action'] {
  if (known === undefined) return 'retry'
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

function lookUp(code: string): KnownCode | undefined {
  const known = serviceCodeOf(code)
  return known === undefined ? undefined : TABLE[known]
}

/** The code as it stands in the table; `undefined` for any other. */
export function serviceCodeOf(code: string): ServiceCode | undefined {
  // The gateway's two generations differ in their prefix only.
  const name = code.replace(/^APIG\./, 'APIGW.')
  return isKnown(name) ? name : undefined
}

/** Of its own, because an object also knows `constructor`, and codes come from the network. */
function isKnown(code: string): code is ServiceCode {
  return Object.hasOwn(TABLE, code)
}

/** Every 5xxx code of the service is a fault of its own. */
function isFault(code: string): boolean {
  return code.startsWith('DIS.5')
}

/** Every code that is known here, for documentation and tests. */
export function knownCodes(): readonly string[] {
  return Object.keys(TABLE)
}
