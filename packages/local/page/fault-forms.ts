import type { FaultKind } from '../src/fault-types.ts'

/** A field of a fault's form. */
export interface Field {
  readonly name: string
  readonly label: string
  readonly type: 'number' | 'text' | 'percent'
  /** What is sent if it is left empty; without it an empty field is left out. */
  readonly value?: string
  readonly min?: number
  readonly max?: number
}

/** How a fault is switched on. */
export interface FaultForm {
  readonly title: string
  readonly text: string
  readonly fields: readonly Field[]
}

const PROBABILITY: Field = { name: 'probability', label: 'Requests', type: 'percent', value: '100' }
const RECORDS: readonly Field[] = [
  { name: 'recordProbability', label: 'Records', type: 'percent', value: '100' },
  { name: 'match', label: 'That contain', type: 'text' }
]
const CODE = (value: string): Field => ({ name: 'code', label: 'Code', type: 'text', value })

/** Fields that every fault has, behind its own. */
export const AIM: readonly Field[] = [
  PROBABILITY,
  { name: 'after', label: 'After', type: 'number', min: 0 },
  { name: 'times', label: 'Times', type: 'number', min: 1 },
  { name: 'stream', label: 'Stream', type: 'text' }
]

/** Every fault that there is: one that is missing here does not compile. */
export const FORMS: Readonly<Record<FaultKind, FaultForm>> = {
  throttle: { title: 'Throttle records', text: 'DIS.4303 for single records', fields: RECORDS },
  'record-error': {
    title: 'Fail records',
    text: 'A code of yours for single records',
    fields: [CODE('DIS.5000'), ...RECORDS]
  },
  '429': {
    title: '429',
    text: 'The gateway throttles the whole request',
    fields: [{ name: 'retryAfter', label: 'Retry after, s', type: 'number', min: 0 }]
  },
  '500': {
    title: '5xx',
    text: 'The whole request fails',
    fields: [{ name: 'status', label: 'Status', type: 'number', value: '500', min: 500, max: 504 }]
  },
  '413': { title: '413', text: 'The request is too large', fields: [] },
  error: {
    title: 'Another error',
    text: 'A status and code of yours',
    fields: [
      { name: 'status', label: 'Status', type: 'number', value: '400', min: 200, max: 599 },
      CODE('DIS.4301')
    ]
  },
  slow: {
    title: 'Slow',
    text: 'The answer comes late',
    fields: [{ name: 'delayMs', label: 'Delay, ms', type: 'number', value: '1000', min: 0, max: 600_000 }]
  },
  hang: { title: 'Hang', text: 'No answer, until it is switched off', fields: [] },
  'reset-before': { title: 'Reset before', text: 'The connection breaks, nothing is stored', fields: [] },
  'reset-after': { title: 'Reset after', text: 'The connection breaks, all is stored', fields: [] },
  'auth-441': { title: 'Refuse credentials', text: '441, as DIS does', fields: [CODE('DIS.4107')] },
  'auth-401': { title: 'Refuse credentials at the gateway', text: '401, as the gateway does', fields: [] },
  'short-list': { title: 'Short list', text: 'Results are missing', fields: [] },
  'long-list': { title: 'Long list', text: 'There are too many results', fields: [] },
  'object-records': { title: 'Object for list', text: 'Records is an object; all is stored', fields: [] },
  'numeric-sequence': { title: 'Numeric sequence', text: 'Sequence numbers are no texts', fields: [] },
  'not-json': { title: 'No JSON', text: 'The answer is a web page; all is stored', fields: [] },
  empty: { title: 'Empty', text: 'The answer has no body; all is stored', fields: [] }
}

/** The kinds under their headings. */
export const GROUPS: readonly (readonly [string, readonly FaultKind[]])[] = [
  ['Records', ['throttle', 'record-error']],
  ['Whole requests', ['429', '500', '413', 'error', 'auth-441', 'auth-401']],
  ['Time and connection', ['slow', 'hang', 'reset-before', 'reset-after']],
  [
    'Malformed answers',
    ['short-list', 'long-list', 'object-records', 'numeric-sequence', 'not-json', 'empty']
  ]
]
