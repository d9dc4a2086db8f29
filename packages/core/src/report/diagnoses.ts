/**
 * What to do about each code, as data: one table for all codes that this library knows, so that events, errors, stderr
 * and the command line say the same. What the codes of the service mean for the records is in wire/service-codes.ts.
 *
 * The texts name options in braces; report/cure.ts says how, and turns them into prose.
 */
import type { CredentialsReason } from '../errors.ts'
import { type CodeAction, ruleFor, type ServiceCode, serviceCodeOf } from '../wire/service-codes.ts'
import type { NoAnswerCode, RejectedCode, WarningCode } from './codes.ts'
import type { DropReason, WarningEvent } from './events.ts'

const KEYS = '{credentials|HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK}'
const CREDENTIALS = '{credentials|HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK|DIS_TOKEN}'

const SIGNATURE = `check access key and secret key (${KEYS}), {region} and the clock of this machine`
const LOGIN = `check access key and secret key, or the token (${CREDENTIALS}), {region} and the clock of this machine`
const HEADERS = 'check that no proxy on the way changes or removes headers'
const RENEW = `the credentials are expired or unknown: renew them (${CREDENTIALS})`
const RIGHTS =
  'the credentials are valid but have no right to this stream: check permissions, arrears and account verification'
const STREAM = 'check {streamName}, {region} and {projectId}'
const PARTITION = 'the partition does not exist (any more); check {partitionId}'
const UNSCOPED = "this endpoint wants scoped signatures: use {signing: 'dis'}, with {region}"
const SCOPED = `the service does not read this signature: ${HEADERS}`
const REPORT = 'the service does not understand the request: please report it'
const CURSOR = 'a cursor lasts five minutes: get another one'
const NOT_DIS = 'what answers there is not DIS: check {endpoint}, and that no proxy answers in its place'
const GATEWAY = 'the gateway is not set up for this call: check {endpoint}, or ask the service desk'
const FAULT = 'the service has a fault: wait, or try again later'
const REQUEST_RATE =
  'too many requests: they are sent more slowly; if it happens often, raise {batch.lingerMs}'

const SERVICE: Readonly<Record<ServiceCode, string>> = {
  'DIS.4100': SIGNATURE,
  'DIS.4101': HEADERS,
  'DIS.4102': HEADERS,
  'DIS.4103': HEADERS,
  'DIS.4104': HEADERS,
  'DIS.4105': 'set the clock of this machine: it is more than 15 minutes off',
  'DIS.4106': RENEW,
  'DIS.4107': RENEW,
  'DIS.4108': UNSCOPED,
  'DIS.4109': UNSCOPED,
  'DIS.4110': SIGNATURE,
  'DIS.4111': 'the signed region is not the one of the endpoint: check {region}',
  'DIS.4112': SIGNATURE,
  'DIS.4113': 'check the token ({credentials|DIS_TOKEN})',
  'DIS.4114': 'the token is expired or unknown: renew it ({credentials|DIS_TOKEN})',
  'DIS.4116': RIGHTS,
  'DIS.4117': 'check {projectId}',
  'DIS.4200': REPORT,
  'DIS.4201': PARTITION,
  'DIS.4202': REPORT,
  'DIS.4205': 'the stream is not running yet: wait, or check it in the console',
  'DIS.4215': REPORT,
  'DIS.4216': 'check the sequence number',
  'DIS.4217': CURSOR,
  'DIS.4224':
    'the record is not kept any more, or does not exist yet: read from the oldest, as dis-logs tail --from beginning does',
  'DIS.4225': CURSOR,
  'DIS.4226': CURSOR,
  'DIS.4300': 'the message of the service says what it misses',
  'DIS.4301': STREAM,
  'DIS.4302': PARTITION,
  'DIS.4303': 'the stream is at its limit: add partitions; or set {aggregate: true}',
  'DIS.4305': REQUEST_RATE,
  'DIS.4309': 'this address is blacklisted after too many refused calls: mend the credentials, and wait',
  'DIS.4319': PARTITION,
  'DIS.4330': 'there is an app of that name: use it, or another name',
  'DIS.4332': 'there is no app of that name: readStream makes it with the first checkpoint',
  'DIS.5000': FAULT,
  'DIS.5250': FAULT,
  'DIS.5900': 'the partition is read-only: wait, or ask the service desk',
  'APIGW.0101': NOT_DIS,
  'APIGW.0103': NOT_DIS,
  'APIGW.0104': GATEWAY,
  'APIGW.0105': GATEWAY,
  'APIGW.0106': GATEWAY,
  // The status says which of the three.
  'APIGW.0201': 'the request is invalid, too large or too slow; if it happens often, lower {batch.maxBytes}',
  'APIGW.0301': LOGIN,
  'APIGW.0303': LOGIN,
  'APIGW.0304': LOGIN,
  'APIGW.0307': RENEW,
  'APIGW.0308': REQUEST_RATE
}

/** By what follows from a code that says nothing itself. */
const BY_ACTION: Readonly<Record<CodeAction, string>> = {
  throttle: REQUEST_RATE,
  retry: FAULT,
  'slow-retry': FAULT,
  unauthorized: LOGIN,
  split: 'the request is larger than the service, or a proxy, takes; lower {batch.maxBytes}',
  refuse: 'see the error codes in the DIS API reference'
}

const BY_STATUS: ReadonlyMap<number, string> = new Map([
  [404, NOT_DIS],
  [405, NOT_DIS],
  [410, STREAM]
])

const NO_ANSWER: Readonly<Record<NoAnswerCode, string>> = {
  NETWORK_DNS: 'check the host in {endpoint} (or {region}) and in the proxy, and the name server',
  NETWORK_REFUSED: 'check the port in {endpoint}, and the proxy: nobody listens there',
  NETWORK_UNREACHABLE: 'check the network and its routes, or set {http.proxy|HTTPS_PROXY}',
  NETWORK_TLS:
    'check host and port in {endpoint}, and that TLS is spoken there; for an authority of your own, set {http.ca|NODE_EXTRA_CA_CERTS} to the file with its certificate',
  NETWORK_TIMEOUT: 'check network, firewall and proxy; or raise {requestTimeoutMs}',
  NETWORK_RESET: 'check firewall and proxy if it happens often',
  NETWORK_PROXY: 'check {http.proxy|HTTPS_PROXY}, its user and password, and that it lets this host through',
  NETWORK: 'check {endpoint} or {region}, the network and its proxy',
  UNREADABLE_ANSWER: NOT_DIS
}

const NO_CREDENTIALS: Readonly<Record<CredentialsReason, string>> = {
  CREDENTIALS_NOT_FOUND: `set ${CREDENTIALS}, or give this server an agency`,
  CREDENTIALS_REFUSED: 'check user and password, or the agency',
  CREDENTIALS_UNAVAILABLE: 'check the network; their source is asked again soon',
  CREDENTIALS_UNREADABLE:
    'mend the file that the message names; or check that no proxy answers in the place of the source',
  CREDENTIALS_FUNCTION: 'mend the function that {credentials} names',
  PROJECT_NOT_FOUND:
    'set {projectId|DIS_PROJECT_ID} (see "My Credentials" in the console), or allow the user to list projects in IAM'
}

const WARNINGS: Readonly<Record<WarningCode, string>> = {
  BACKPRESSURE:
    'give DIS a transport of its own, beside the console, as docs/pino.md shows; or set a {spool}; or raise {buffer.maxBytes}',
  CHECKPOINT:
    'nothing is lost: after a restart records are read again from the last checkpoint that was stored; check the store, or the rights of the app',
  CLOCK: 'set the clock of this machine; requests are signed with the time of the service from now on',
  CREDENTIALS_FILE_OPEN:
    'let only the user of this process change that file and its folder: chmod 600 the file, chmod go-w the folder',
  HOT_KEY: 'set {aggregate: true}; or use a {partitionKey} with more values',
  LEVEL: "use one of the logger's levels; meanwhile nothing is filtered out by that level",
  ORDERED_RATE: 'set {aggregate: true}: as many lines of a key as fit into a record travel together',
  PINO_FLUSH:
    'wait for flushOf(transport) of pino-dis; or update pino to 10.1.1 or newer, and thread-stream to 4.1',
  READ_GAP:
    'read more often than the stream keeps its records, or keep them longer; a stream that was deleted and made again is read from its beginning',
  SPOOL:
    'check space and permissions of {spool.dir}; lines stay in memory meanwhile, and the disk is tried again',
  SPOOL_DAMAGED:
    'what could be read is sent; a torn end is normal after a crash, anything else is worth a look at the disk',
  SPOOL_FOREIGN: 'start a producer for that stream, or send them with dis-logs replay on {spool.dir}',
  SPOOL_TAKEN:
    'nothing is lost, but lines may arrive twice; if machines share the folder, give each a folder of its own',
  SPOOL_UNLOCKED:
    'what a killed process leaves there is taken over after a minute, not at once; a local folder with a short path has such locks',
  DEAD_LETTER: 'check space and permissions; rejected lines are counted, but not kept',
  WORKER:
    'lines go to a producer in this process: set {worker: false} if that is what you want, or see docs/bundling.md',
  BUG: 'please report it; lines of one batch may be stuck'
}

const REJECTED: Readonly<Record<RejectedCode, string>> = {
  OVERSIZE: "a record holds at most 1 MiB: log less at once; or set {oversize: 'truncate'}",
  NOT_SENT: 'send it with dis-logs replay; a {spool} sends it at the next start'
}

const DROPPED: Readonly<Record<DropReason, string>> = {
  'buffer-full': 'raise {buffer.maxBytes}; or set a {spool}',
  'spool-full': 'raise {spool.maxBytes}',
  'spool-damaged': 'look at the disk; a file that was set aside in {spool.dir} may still hold them',
  closing: 'set a {spool} or a {deadLetter} file; or raise {closeTimeoutMs}',
  closed: 'close the logger last',
  format: 'mend that format: each line that it throws at is lost',
  worker: 'please report it; a {spool} would have kept what was on disk'
}

/** Every code with a cure of its own, for the lookup and for tests. */
export const DIAGNOSES: ReadonlyMap<string, string> = new Map([
  ...Object.entries(SERVICE),
  ...Object.entries(NO_ANSWER),
  ...Object.entries(NO_CREDENTIALS),
  ...Object.entries(WARNINGS),
  ...Object.entries(REJECTED),
  ...Object.entries(DROPPED)
])

/** What is known besides a code. */
interface CodeFacts {
  /** HTTP status of the answer, 0 if there was none; left out for the code of one record. */
  readonly status?: number
  /** The service's own words: they can give its code another meaning. */
  readonly message?: string
  /** The option `signing`, so that nobody is told to set what is set already. */
  readonly signing?: 'sdk' | 'dis' | 'derived' | undefined
}

/**
 * What to do about a code, as it stands in events, errors and dead letters: a code of the service, of the network or of
 * this library, `HTTP 503`, or the reason of dropped lines. Always a text; options stand in it in braces, which `renderCure` turns into prose.
 */
export function cureOf(code: string, facts: CodeFacts = {}): string {
  const service = serviceCodeOf(code)
  if (service === undefined && DIAGNOSES.has(code)) return DIAGNOSES.get(code) ?? ''
  const { message = '', signing = 'sdk', status = statusIn(code) } = facts
  // The codes of Node and of HTTP clients have no end.
  if (status === 0 && service === undefined) return NO_ANSWER.NETWORK
  // A record has no status, but its codes mean what they mean for a request that is wrong.
  const { action } = ruleFor(code, status ?? 400, message)
  // Otherwise the message gave the code another meaning.
  if (service !== undefined && action === ruleFor(code, status ?? 400).action) {
    const cure = SERVICE[service]
    return cure === UNSCOPED && signing !== 'sdk' ? SCOPED : cure
  }
  return BY_STATUS.get(status ?? 0) ?? BY_ACTION[action]
}

function statusIn(code: string): number | undefined {
  const status = /^HTTP (\d{3})$/.exec(code)?.[1]
  return status === undefined ? undefined : Number(status)
}

/** A warning of this library's own. */
export function warningOf(
  code: WarningCode,
  message: string,
  cure: string = cureOf(code)
): WarningEvent & { readonly code: WarningCode } {
  return { code, message, cure }
}
