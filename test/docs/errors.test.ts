import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  CREDENTIALS_REASONS,
  DROP_REASONS,
  ERROR_CODES,
  NO_ANSWER_CODES,
  REJECTED_CODES,
  WARNING_CODES
} from '../../packages/core/src/report/codes.ts'
import { renderCure } from '../../packages/core/src/report/cure.ts'
import { cureOf, DIAGNOSES } from '../../packages/core/src/report/diagnoses.ts'
import { SITUATIONS } from '../../packages/core/src/report/situations.ts'
import { type CodeAction, knownCodes, ruleFor } from '../../packages/core/src/wire/service-codes.ts'
import { codeIn, type Row, tablesOf } from './tables.ts'

const tables = tablesOf('errors.md')

function rowsUnder(heading: string): readonly Row[] {
  const found = tables.find((table) => table.heading === heading)
  if (found === undefined) throw new Error(`no table under ${heading}`)
  return found.rows
}

/** The codes in the first column of the table under a heading. */
function codesUnder(heading: string): string[] {
  return rowsUnder(heading)
    .flatMap((row) => codeIn([...row.values()][0] ?? ''))
    .sort()
}

const OURS: readonly (readonly [string, readonly string[]])[] = [
  ['Thrown errors', ERROR_CODES],
  ['Credentials', CREDENTIALS_REASONS],
  ['No answer', NO_ANSWER_CODES],
  ['Other warnings', WARNING_CODES],
  ['Rejected without the service', REJECTED_CODES],
  ['Dropped', DROP_REASONS]
]

const SERVICE = ['Codes of DIS', 'Codes of the API gateway']

const WORDS: Readonly<Record<CodeAction, string>> = {
  throttle: 'slowed down',
  retry: 'sent again',
  'slow-retry': 'sent again slowly',
  unauthorized: 'kept',
  split: 'halved',
  refuse: 'rejected'
}

/** Text of every source file of the packages that users run; the local DIS gives codes, and explains none. */
const sources = ['core', 'pino', 'winston', 'cli'].flatMap((name) => {
  const folder = join(import.meta.dirname, '../../packages', name, 'src')
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(join(folder, file), 'utf8'))
})

function literalsLike(pattern: RegExp): string[] {
  return [...new Set(sources.flatMap((text) => [...text.matchAll(pattern)].map(([, code = '']) => code)))]
}

describe('docs/errors.md', () => {
  it.each(OURS)('under "%s" has exactly the codes of ours', (heading, codes) => {
    expect(codesUnder(heading)).toEqual([...codes].sort())
  })

  it('has exactly the codes of the service that we know', () => {
    expect(SERVICE.flatMap(codesUnder).sort()).toEqual([...knownCodes()].sort())
  })

  it.each(SERVICE)('under "%s" says what happens to the lines', (heading) => {
    for (const row of rowsUnder(heading)) {
      const [code = ''] = codeIn(row.get('code') ?? '')
      expect([code, row.get('lines')]).toEqual([code, WORDS[ruleFor(code, 400).action]])
    }
  })

  it('says what happens to the lines by status', () => {
    for (const row of rowsUnder('HTTP statuses')) {
      for (const status of codeIn(row.get('status') ?? '')) {
        expect([status, row.get('lines')]).toEqual([status, WORDS[ruleFor('', Number(status)).action]])
      }
    }
  })

  it('has a meaning and a cure for each', () => {
    const rows = tables.flatMap(({ columns, rows }) => (columns.includes('what to do') ? rows : []))
    expect(rows.length).toBeGreaterThan(70)
    expect(rows.filter((row) => [...row.values()].some((cell) => cell === ''))).toEqual([])
  })

  it('explains each of these actions, and every one of them happens', () => {
    const text = readFileSync(join(import.meta.dirname, '../../docs/errors.md'), 'utf8')
    for (const word of Object.values(WORDS)) expect(text).toContain(`**${word}** –`)
  })
})

// Of messages between winston's threads, in the form that thread-stream wants, and of what undici has no code for.
const INTERNAL = new Set(['EVENT', 'DIS', 'PROXY_REFUSED'])

describe('a code in the sources', () => {
  const documented = new Set(
    [...OURS.map(([heading]) => heading), ...SERVICE, 'HTTP statuses'].flatMap((heading) =>
      codesUnder(heading).map((code) => (heading === 'HTTP statuses' ? `HTTP ${code}` : code))
    )
  )

  it('of the service is documented, wherever it stands', () => {
    const codes = literalsLike(/\b(DIS\.\d{4}|APIGW\.\d{4})\b/g)
    expect(codes.length).toBeGreaterThan(30)
    expect(codes.filter((code) => !documented.has(code))).toEqual([])
  })

  it('of ours is one of the lists', () => {
    const codes = literalsLike(/\b(?:code|serviceCode): '([A-Z][A-Z_]+)'/g).filter(
      (code) => !INTERNAL.has(code)
    )
    expect(codes).toContain('NOT_SENT')
    expect(codes.filter((code) => !documented.has(code))).toEqual([])
  })

  it('with a cure is documented, and the other way round', () => {
    const withCure = [...documented].filter((code) => !/^(HTTP \d+|DIS_LOGS_\w+)$/.test(code))
    expect([...DIAGNOSES.keys()].sort()).toEqual(withCure.sort())
    expect([...documented].filter((code) => cureOf(code) === '')).toEqual([])
  })
})

describe('a cure', () => {
  const options = new Set(
    tablesOf('options.md').flatMap(({ rows }) => rows.flatMap((row) => codeIn(row.get('option') ?? '')))
  )
  const isOption = (name: string) => [...options].some((each) => each === name || each.startsWith(`${name}.`))

  it('names options that docs/options.md explains', () => {
    const named: string[] = []
    for (const cure of [...DIAGNOSES.values(), ...Object.values(SITUATIONS)]) {
      renderCure(cure, (option) => {
        named.push(option)
        return option
      })
    }
    expect(new Set(named).size).toBeGreaterThan(10)
    expect(named.filter((option) => !isOption(option))).toEqual([])
  })
})
