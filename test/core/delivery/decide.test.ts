/** Reads like the table in docs/delivery.md: what an answer means for each record, and for the service. */
import { describe, expect, it } from 'vitest'
import { type DecidableBatch, decide, type RetryPolicy } from '../../../packages/core/src/delivery/decide.ts'
import type { Verdict } from '../../../packages/core/src/delivery/verdict.ts'
import { judge } from '../../../packages/core/src/wire/outcome.ts'

const NOW = 1_000_000
const POLICY: RetryPolicy = { maxAttempts: 3, maxAgeMs: 60_000 }

/** A line: attempts so far, and its age. */
interface TestLine {
  readonly attempts?: number
  readonly ageMs?: number
}
const FRESH: TestLine = {}
const EXHAUSTED: TestLine = { attempts: 2 }
const OLD: TestLine = { ageMs: 60_001 }

/** A batch of records, each an array of lines; lines are numbered through, from 0. */
function batchOf(records: readonly (readonly TestLine[])[], isSearchable = true) {
  const lines = records.flat()
  const begins = records.map((_, record) => records.slice(0, record).flat().length)
  const batch: DecidableBatch = {
    records: records.length,
    isDivisible: lines.length > 1,
    isSearchable,
    begin: (record) => begins[record] ?? 0,
    end: (record) => (begins[record] ?? 0) + (records[record]?.length ?? 0),
    line: (index) => index
  }
  const facts = {
    attempts: (line: number) => lines[line]?.attempts ?? 0,
    writtenAt: (line: number) => NOW - (lines[line]?.ageMs ?? 0)
  }
  return { batch, facts }
}

/** What the service answers. */
interface Answer {
  readonly status?: number
  /** Codes of the records; `''` for a stored one. Without them: an error body with `code`. */
  readonly codes?: readonly string[]
  readonly code?: string
  readonly message?: string
  readonly failure?: 'refused' | 'reset'
  readonly body?: string
}

function outcomeOf(answer: Answer, records: number) {
  const { status = 200, codes, code = '', message = 'm', failure, body } = answer
  if (failure !== undefined) {
    const ambiguous = failure === 'reset'
    return judge({ kind: 'failure', code: 'NETWORK', message, ambiguous }, records, NOW)
  }
  const entries = codes?.map((error_code) => (error_code === '' ? { partition_id: 'p' } : { error_code }))
  const failed = codes?.filter((each) => each !== '').length
  const value =
    entries === undefined
      ? { errorCode: code, message }
      : {
          failed_record_count: failed,
          records: entries.map((entry) => ({ ...entry, error_message: message }))
        }
  return judge(
    { kind: 'answer', status, headers: {}, body: Buffer.from(body ?? JSON.stringify(value)) },
    records,
    NOW
  )
}

/** A verdict in a few words: one a record (`stored`, `again: cause`, `rejected`), or `cut: cause`. */
function inWords(verdict: Verdict): string[] {
  if (verdict.kind === 'cut') return [`cut: ${verdict.cause}`]
  return verdict.records.map((record) => {
    if (record.kind !== 'again') return record.kind
    return `again: ${record.cause}${record.without.length > 0 ? ` without ${record.without}` : ''}`
  })
}

function verdictOf(
  answer: Answer,
  records: readonly (readonly TestLine[])[],
  { policy = POLICY, isSearchable = true } = {}
): Verdict {
  const { batch, facts } = batchOf(records, isSearchable)
  return decide(outcomeOf(answer, records.length), batch, facts, policy, NOW)
}

function answeredOf(...args: Parameters<typeof verdictOf>) {
  const verdict = verdictOf(...args)
  if (verdict.kind === 'cut') throw new Error('the batch was cut')
  return verdict
}

const ONE = [[FRESH]]
const TWO = [[FRESH], [FRESH]]
const PACKED = [[FRESH, FRESH]]

describe('an answer and what follows from it', () => {
  it.each<[string, Answer, readonly (readonly TestLine[])[], string[]]>([
    ['200, stored', { codes: ['', ''] }, TWO, ['stored', 'stored']],
    ['200, DIS.4303', { codes: ['DIS.4303', ''] }, TWO, ['again: throttled', 'stored']],
    ['200, DIS.4305', { codes: ['', 'DIS.4305'] }, TWO, ['stored', 'again: throttled']],
    ['200, traffic control', { codes: ['DIS.xxxx'], message: 'Traffic control.' }, ONE, ['again: throttled']],
    ['200, throttled, no attempt is left', { codes: ['DIS.4303'] }, [[EXHAUSTED]], ['again: throttled']],
    ['200, throttled for too long', { codes: ['DIS.4303'] }, [[OLD]], ['rejected']],
    ['200, DIS.5250', { codes: ['DIS.5250', ''] }, TWO, ['again: failed', 'stored']],
    [
      '200, DIS.5250, no attempt is left',
      { codes: ['DIS.5250', ''] },
      [[EXHAUSTED], [FRESH]],
      ['rejected', 'stored']
    ],
    ['200, DIS.5250, too old', { codes: ['DIS.5250'] }, [[OLD]], ['rejected']],
    ['200, a code of a fault that is new', { codes: ['DIS.5999'] }, ONE, ['again: failed']],
    ['200, a code that nobody knows', { codes: ['DIS.9999'] }, ONE, ['again: failed']],
    ['200, a name that every object knows', { codes: ['constructor'] }, ONE, ['again: failed']],
    ['200, a final code', { codes: ['DIS.4301', ''] }, TWO, ['rejected', 'stored']],
    [
      '200, an entry is missing, something failed',
      { codes: ['DIS.4303'] },
      TWO,
      ['again: throttled', 'again: unanswered']
    ],
    ['200, an entry is missing, nothing failed', { codes: [''] }, TWO, ['stored', 'stored']],
    ['200, not JSON', { body: '<html>' }, TWO, ['again: request', 'again: request']],
    ['200, empty', { body: '' }, TWO, ['again: request', 'again: request']],
    ['429', { status: 429 }, TWO, ['again: request', 'again: request']],
    ['503', { status: 503 }, TWO, ['again: request', 'again: request']],
    ['503, no attempt is left', { status: 503 }, [[EXHAUSTED]], ['again: request']],
    ['503, too old', { status: 503 }, [[OLD], [FRESH]], ['rejected', 'again: request']],
    ['no connection', { failure: 'refused' }, TWO, ['again: request', 'again: request']],
    ['413', { status: 413 }, TWO, ['cut: size']],
    ['413, a packed record', { status: 413 }, PACKED, ['cut: size']],
    ['413, a single line', { status: 413 }, ONE, ['rejected']],
    ['401', { status: 401, code: 'APIGW.0301' }, TWO, ['again: request', 'again: request']],
    ['403', { status: 403 }, ONE, ['again: request']],
    ['441', { status: 441, code: 'DIS.4100' }, ONE, ['again: request']],
    [
      '401, too old and no attempt is left',
      { status: 401 },
      [[OLD], [EXHAUSTED]],
      ['again: request', 'again: request']
    ],
    ['400, something in it', { status: 400, code: 'DIS.4200' }, TWO, ['cut: content']],
    ['400, a packed record', { status: 400, code: 'DIS.4200' }, PACKED, ['cut: content']],
    ['400, a single line', { status: 400, code: 'DIS.4200' }, ONE, ['rejected']],
    ['400, about the stream', { status: 400, code: 'DIS.4301' }, TWO, ['rejected', 'rejected']],
    ['404', { status: 404 }, TWO, ['rejected', 'rejected']]
  ])('%s', (_, answer, records, expected) => {
    expect(inWords(verdictOf(answer, records))).toEqual(expected)
  })
})

describe('a packed record', () => {
  it('goes again without the lines that have used up their attempts or their time', () => {
    const verdict = answeredOf({ codes: ['DIS.5250'] }, [[FRESH, EXHAUSTED, OLD, FRESH]])
    expect(inWords(verdict)).toEqual(['again: failed without 1,2'])
    expect(verdict.rejections.map(({ message, lines }) => [message, lines])).toEqual([
      ['m', [1]],
      ['m (older than retry.maxAgeMs)', [2]]
    ])
  })

  it('keeps lines without attempts when it is over the limit', () => {
    const verdict = answeredOf({ codes: ['DIS.4303'] }, [[EXHAUSTED, OLD]])
    expect(inWords(verdict)).toEqual(['again: throttled without 1'])
  })

  it('is rejected as a whole if none of its lines may go again', () => {
    const verdict = answeredOf({ codes: ['DIS.5250', ''] }, [[EXHAUSTED, OLD], [FRESH]])
    expect(verdict.records[0]).toEqual({ kind: 'rejected', cause: 'failed' })
    expect(verdict.rejections.flatMap(({ lines }) => lines)).toEqual([0, 1])
  })
})

describe('what is given up', () => {
  it('is grouped by code, with the record of each line', () => {
    const { rejections } = answeredOf({ codes: ['DIS.4301', 'DIS.4302', 'DIS.4301', ''] }, [
      [FRESH, FRESH],
      [FRESH],
      [FRESH],
      [FRESH]
    ])
    expect(rejections).toMatchObject([
      { code: 'DIS.4301', lines: [0, 1, 3], records: [0, 0, 2] },
      { code: 'DIS.4302', lines: [2], records: [1] }
    ])
    for (const { cure } of rejections) expect(cure).not.toBe('')
  })

  it('takes no part of a batch for a fault of its content while a search would be in vain', () => {
    const verdict = answeredOf({ status: 400, code: 'DIS.4200' }, TWO, { isSearchable: false })
    expect(inWords(verdict)).toEqual(['rejected', 'rejected'])
    expect(verdict.isContentRefused).toBe(true)
    expect(answeredOf({ status: 404 }, ONE).isContentRefused).toBe(false)
  })

  it('is never a line for its age without retry.maxAgeMs', () => {
    const policy = { maxAttempts: 3, maxAgeMs: null }
    expect(inWords(verdictOf({ codes: ['DIS.4303'] }, [[{ ageMs: 1e9 }]], { policy }))).toEqual([
      'again: throttled'
    ])
  })
})

describe('what an answer says about the service', () => {
  it.each<[string, Answer, object]>([
    ['a stored record: it works', { codes: [''] }, { kind: 'accepted', isAuthenticated: true }],
    ['a failed record: it works', { codes: ['DIS.5250'] }, { kind: 'accepted', isAuthenticated: true }],
    [
      '413 of a gateway: it works, and may not have looked at the credentials',
      { status: 413 },
      { kind: 'accepted', isAuthenticated: false }
    ],
    [
      '400 of a gateway: the same',
      { status: 400, code: 'APIGW.0201' },
      { kind: 'accepted', isAuthenticated: false }
    ],
    [
      '400 of DIS: it works, with these credentials',
      { status: 400, code: 'DIS.4200' },
      { kind: 'accepted', isAuthenticated: true }
    ],
    ['503: it fails', { status: 503 }, { kind: 'failed', isSlow: false, waitMs: 0, code: 'HTTP 503' }],
    [
      'a stream that is being made: for minutes',
      { status: 400, code: 'DIS.4205' },
      { kind: 'failed', isSlow: true }
    ],
    ['not JSON: it fails', { body: 'hello' }, { kind: 'failed', code: 'UNREADABLE_ANSWER' }],
    ['401: it refuses the credentials', { status: 401 }, { kind: 'unauthorized', code: 'HTTP 401' }]
  ])('%s', (_, answer, service) => {
    expect(answeredOf(answer, ONE).service).toMatchObject(service)
  })

  it.each<[string, Answer, object]>([
    [
      'records that go again, and those over a limit',
      { codes: ['DIS.4303', 'DIS.5250'] },
      { retried: 2, throttled: 1, ambiguous: 0 }
    ],
    ['a throttled request: all of its records', { status: 429 }, { retried: 2, throttled: 2, ambiguous: 0 }],
    ['a reset: nobody knows', { failure: 'reset' }, { retried: 2, throttled: 0, ambiguous: 1 }],
    ['no connection: nothing was sent', { failure: 'refused' }, { retried: 2, throttled: 0, ambiguous: 0 }],
    [
      'a gateway that gave up waiting: nobody knows',
      { status: 504 },
      { retried: 2, throttled: 0, ambiguous: 1 }
    ],
    [
      'an entry that is missing: nobody knows',
      { codes: ['DIS.4303'] },
      { retried: 2, throttled: 1, ambiguous: 1 }
    ]
  ])('counts %s', (_, answer, counts) => {
    expect(answeredOf(answer, TWO).counts).toEqual(counts)
  })
})
