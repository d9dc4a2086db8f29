import {
  type Check,
  type Fields,
  integer,
  oneOf,
  optional,
  pattern,
  reject,
  shape,
  share,
  text,
  withDefault
} from './checks.ts'
import { DIS_ERRORS } from './errors.ts'
import type { ActionName, FaultKind } from './fault-types.ts'

/** When a fault acts: before the call, in its place, on its records, or after it. */
export type Phase = 'delay' | 'instead' | 'records' | 'after'

/** A fault after the check, with every default filled in; parameters that its kind lacks are neutral. */
export interface CheckedFault {
  readonly kind: FaultKind
  readonly phase: Phase
  readonly action: ActionName | '*'
  readonly stream: string | undefined
  readonly times: number
  readonly after: number
  readonly probability: number
  readonly records: number
  readonly recordProbability: number
  readonly match: string | undefined
  readonly status: number
  readonly code: string
  readonly message: string
  readonly retryAfter: number | undefined
  readonly delayMs: number
}

const EVERY = Number.POSITIVE_INFINITY

const NEUTRAL = {
  records: EVERY,
  recordProbability: 1,
  match: undefined,
  status: 0,
  code: '',
  message: '',
  retryAfter: undefined,
  delayMs: 0
}

const ACTIONS: readonly (ActionName | '*')[] = [
  'SendRecords',
  'GetCursor',
  'GetRecords',
  'DescribeStream',
  'ListStreams',
  'CreateStream',
  'DeleteStream',
  'UpdatePartitionCount',
  'CreateApp',
  'DeleteApp',
  'ShowApp',
  'ListApps',
  'ShowConsumerState',
  'CommitCheckpoint',
  'ShowCheckpoint',
  'DeleteCheckpoint',
  'CreateTransferTask',
  'ListTransferTasks',
  'ShowTransferTask',
  'DeleteTransferTask',
  '*'
]

const AIM = {
  stream: optional(text()),
  times: withDefault(integer(1), EVERY),
  after: withDefault(integer(0), 0),
  probability: withDefault(share, 1)
}

const ANY_ACTION = { ...AIM, action: withDefault(oneOf(ACTIONS), 'SendRecords') }
const SEND_ONLY = { ...AIM, action: withDefault(oneOf(['SendRecords']), 'SendRecords') }

const RECORD_AIM = {
  records: withDefault(integer(1), EVERY),
  recordProbability: withDefault(share, 1),
  match: optional(text())
}

const code = pattern(/^[A-Za-z0-9.]{1,40}$/, 'an error code such as DIS.4301')

type Body = Omit<CheckedFault, 'kind' | 'phase'>

/** A kind: when it acts, and the check of its parameters, which also fills in what the kind implies. */
interface Kind {
  readonly phase: Phase
  readonly body: Check<Body>
}

function kind<F extends Fields>(
  phase: Phase,
  fields: F,
  fill: (given: ReturnType<typeof shape<F>> extends Check<infer T> ? T : never) => Body
): Kind {
  const check = shape(fields)
  return { phase, body: (value, path) => fill(check(value, path)) }
}

const plain = (phase: Phase): Kind => kind(phase, { ...ANY_ACTION }, (given) => ({ ...NEUTRAL, ...given }))
const onList = (): Kind => kind('after', { ...SEND_ONLY }, (given) => ({ ...NEUTRAL, ...given }))

const KINDS: Readonly<Record<FaultKind, Kind>> = {
  throttle: kind('records', { ...SEND_ONLY, ...RECORD_AIM }, (given) => ({
    ...NEUTRAL,
    code: 'DIS.4303',
    message: DIS_ERRORS['DIS.4303'].message,
    ...given
  })),
  'record-error': kind(
    'records',
    { ...SEND_ONLY, ...RECORD_AIM, code, message: withDefault(text(), 'Injected record error') },
    (given) => ({ ...NEUTRAL, ...given })
  ),
  '429': kind('instead', { ...ANY_ACTION, retryAfter: optional(integer(0)) }, (given) => ({
    ...NEUTRAL,
    ...given
  })),
  '500': kind(
    'instead',
    { ...ANY_ACTION, status: withDefault(oneOf([500, 502, 503, 504]), 500) },
    (given) => ({
      ...NEUTRAL,
      ...given
    })
  ),
  '413': plain('instead'),
  'reset-before': plain('instead'),
  'reset-after': plain('after'),
  slow: kind('delay', { ...ANY_ACTION, delayMs: integer(0, 600_000) }, (given) => ({ ...NEUTRAL, ...given })),
  hang: plain('instead'),
  'short-list': onList(),
  'long-list': onList(),
  'object-records': onList(),
  'numeric-sequence': onList(),
  'not-json': plain('after'),
  empty: plain('after'),
  'auth-441': kind('instead', { ...ANY_ACTION, code: withDefault(code, 'DIS.4107') }, (given) => ({
    ...NEUTRAL,
    ...given
  })),
  'auth-401': plain('instead'),
  error: kind(
    'instead',
    { ...ANY_ACTION, status: integer(200, 599), code, message: withDefault(text(), 'Injected error') },
    (given) => ({ ...NEUTRAL, ...given })
  )
}

const NAMES: readonly string[] = Object.keys(KINDS)

/** Check of one fault: a known kind, with the parameters of that kind and no others. */
export const faultCheck: Check<CheckedFault> = (value, path) => {
  if (typeof value !== 'object' || value === null) return reject(path, value, 'an object with a kind')
  const { kind: name, ...rest }: { kind?: unknown } = value
  const known = typeof name === 'string' && isKind(name) ? name : undefined
  if (known === undefined) return reject(`${path}.kind`, name, NAMES.join(', '))
  const { phase, body } = KINDS[known]
  return { kind: known, phase, ...body(rest, path) }
}

function isKind(name: string): name is FaultKind {
  return NAMES.includes(name)
}
