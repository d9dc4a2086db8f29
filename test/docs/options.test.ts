import { describe, expect, it } from 'vitest'
import { DisConfigError } from '../../packages/core/src/errors.ts'
import { checkOptions, optionsSchema } from '../../packages/core/src/options/options-schema.ts'
import { VARIABLES } from '../../packages/core/src/options/origins.ts'
import { resolveSettings } from '../../packages/core/src/options/settings.ts'
import { LINE_OVERHEAD_BYTES } from '../../packages/core/src/queue/line-store.ts'
import { codeIn, type Row, tablesOf } from './tables.ts'

/** Documented options by their paths. */
const documented = new Map<string, Row>()
for (const { columns, rows } of tablesOf('options.md')) {
  if (columns[0] !== 'option') continue
  for (const row of rows) for (const name of codeIn(row.get('option') ?? '')) documented.set(name, row)
}

function cell(option: string, column: string): string {
  return documented.get(option)?.get(column) ?? ''
}

interface Leaf {
  /** Type of the schema, without what makes it optional: `number`, `picklist` … */
  readonly type: unknown
  /** Of a picklist. */
  readonly values: readonly unknown[]
  /** Its group is nothing without it. */
  readonly isRequired: boolean
}

/** Every option of the schema that holds a value of its own, by its path. */
function leavesOf(schema: unknown, path = '', isRequired = true): Map<string, Leaf> {
  if (!isRecord(schema)) throw new TypeError(`no schema at ${path}`)
  if (isRecord(schema['wrapped'])) return leavesOf(schema['wrapped'], path, false)
  if (isRecord(schema['entries'])) {
    return new Map(
      Object.entries(schema['entries']).flatMap(([name, inner]) => [
        ...leavesOf(inner, path === '' ? name : `${path}.${name}`)
      ])
    )
  }
  const options: unknown[] = Array.isArray(schema['options']) ? schema['options'] : []
  const values = schema['type'] === 'picklist' ? options : []
  // A value, or an object: both are documented.
  const object = schema['type'] === 'union' && options.find((each) => isRecord(each) && 'entries' in each)
  const own: Leaf = { type: schema['type'], values, isRequired }
  return new Map([[path, own], ...(isRecord(object) ? leavesOf(object, path) : [])])
}

const leaves = leavesOf(optionsSchema)

/** Options with a value at a path, and with what its group needs besides. */
function withValue(path: string, value: unknown): Record<string, unknown> {
  const [group = '', name] = path.split('.')
  if (name === undefined) return { [group]: value }
  const needed = [...leaves].flatMap(([other, { isRequired }]) =>
    isRequired && other.startsWith(`${group}.`) ? [[other.slice(group.length + 1), 'x']] : []
  )
  return { [group]: { ...Object.fromEntries(needed), ...(value === undefined ? {} : { [name]: value }) } }
}

function problemsOf(options: unknown) {
  try {
    checkOptions(options)
    return []
  } catch (error) {
    if (error instanceof DisConfigError) return error.problems
    throw error
  }
}

function isAllowed(path: string, value: unknown): boolean {
  return problemsOf(withValue(path, value)).length === 0
}

const PLACE = {
  endpoint: 'http://127.0.0.1:9',
  projectId: 'p',
  streamName: 's',
  credentials: { token: 'T' }
}

/** What an option is when nobody sets it; of one in a group that is off, when the group is on. */
function defaultOf(path: string): unknown {
  // These have no default, and the settings hold something else by their names.
  if (leaves.get(path)?.isRequired || path in PLACE) return undefined
  const options = path.includes('.') ? withValue(path, undefined) : {}
  return at(checkOptions(options), path) ?? at(resolveSettings(PLACE, {}), path)
}

function at(value: unknown, path: string): unknown {
  let found = value
  for (const name of path.split('.')) found = isRecord(found) ? found[name] : undefined
  return found
}

/** `'sdk'`, `1_000`, `null`: the value of a documented literal; undefined if it is none. */
function literal(code: string | undefined): unknown {
  if (code === undefined) return undefined
  if (/^'[^']*'$/.test(code)) return code.slice(1, -1)
  if (/^[\d_]+$/.test(code)) return Number(code.replaceAll('_', ''))
  return { true: true, false: false, null: null }[code]
}

const UNITS: Readonly<Record<string, number>> = { KiB: 1_024, MiB: 1_024 ** 2, GiB: 1_024 ** 3 }

/** `1,024 to 4 GiB` or `1 …`: the bounds of a documented range. */
function rangeIn(text: string): { readonly min: number; readonly max: number } {
  const [, min = '', max, unit = ''] = /^([\d,]+) (?:to ([\d,]+) ?([KMG]iB)?|…)/.exec(text) ?? []
  const number = (digits: string) => Number(digits.replaceAll(',', ''))
  return {
    min: min === '' ? Number.NaN : number(min),
    max: max === undefined ? Number.MAX_SAFE_INTEGER : number(max) * (UNITS[unit] ?? 1)
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

describe('docs/options.md', () => {
  it('has every option, and none that does not exist', () => {
    const ours = [...documented.keys()].filter((name) => cell(name, 'range') !== 'winston only')
    expect(leaves.size).toBeGreaterThan(35)
    expect(ours.sort()).toEqual([...leaves.keys()].sort())
  })

  it.each([...leaves.keys()])('says the default of %s', (path) => {
    const [first] = codeIn(cell(path, 'default'))
    expect(literal(first)).toEqual(defaultOf(path))
  })

  const numbers = [...leaves].flatMap(([path, { type }]) => (type === 'number' ? [path] : []))
  it.each(numbers)('says the range of %s', (path) => {
    const text = cell(path, 'range')
    const { max, min } = rangeIn(text)
    expect({
      [min - 1]: isAllowed(path, min - 1),
      [min]: isAllowed(path, min),
      [max]: isAllowed(path, max),
      [max + 1]: isAllowed(path, max + 1),
      null: isAllowed(path, null)
    }).toEqual({
      [min - 1]: false,
      [min]: true,
      [max]: true,
      [max + 1]: false,
      null: text.includes('`null`')
    })
  })

  const choices = [...leaves].filter(([, { type }]) => type === 'picklist')
  it.each(choices)('says what %s may be', (path, { values }) => {
    const text = cell(path, 'range') || cell(path, '')
    const said = codeIn(text).filter((code) => code.startsWith("'"))
    expect(said.map(literal).sort()).toEqual([...values].sort())
  })

  it.each(['streamName', 'projectId'])('says how long %s may be', (path) => {
    const { max, min } = rangeIn(cell(path, ''))
    expect(
      [min - 1, min, max, max + 1].map((length) => isAllowed(path, 'a'.repeat(Math.max(0, length))))
    ).toEqual([false, true, true, false])
  })

  it('says the range of explicitHashKey', () => {
    const [min, max] = codeIn(cell('explicitHashKey', '')).map((code) => BigInt(String(literal(code))))
    if (min === undefined || max === undefined) throw new Error('no range is documented')
    expect([min - 1n, min, max, max + 1n].map((key) => isAllowed('explicitHashKey', String(key)))).toEqual([
      false,
      true,
      true,
      false
    ])
  })

  it.each(Object.entries(VARIABLES))('names the variables of %s, in their order', (option, variables) => {
    expect(codeIn(cell(option, 'default'))).toEqual(variables)
  })

  it('says what a line takes of the buffer besides its bytes', () => {
    expect(cell('buffer.maxBytes', '')).toContain(`${LINE_OVERHEAD_BYTES} bytes are added for each line`)
  })

  it('says what `aggregate: true` and a spool change', () => {
    const settings = (options: object) => resolveSettings({ ...PLACE, ...options }, {})
    expect(cell('aggregate', 'range')).toContain(
      `= ${settings({ aggregate: true }).aggregateBytes.toLocaleString('en-US')}`
    )
    const [alone, withSpool] = codeIn(cell('buffer.onFull', 'default')).map(literal)
    expect(settings({}).buffer.onFull).toBe(alone)
    expect(settings({ spool: { dir: 'x' } }).buffer.onFull).toBe(withSpool)
    expect(settings({ spool: { dir: 'x', mode: 'always' } }).buffer.onFull).toBe(alone)
  })

  it('shows every field of the credentials', () => {
    const forms = tablesOf('options.md')
      .filter(({ heading }) => heading === 'Credentials')
      .flatMap(({ rows }) => rows.map((row) => row.get('`credentials`') ?? ''))
      .join(' ')
    const { getter } = optionsSchema.entries.credentials.wrapped
    const fields = [...fieldsOf(getter({})), ...fieldsOf(getter({ iam: {} }))]
    expect(fields).toContain('securityToken')
    expect(fields.filter((field) => !new RegExp(`\\b${field}\\b`).test(forms))).toEqual([])
  })
})

/** Names of all fields, at any depth. */
function fieldsOf(schema: unknown): string[] {
  if (!isRecord(schema)) return []
  const { entries, options, wrapped } = schema
  const inner = [
    ...(Array.isArray(options) ? options : []),
    ...(isRecord(entries) ? Object.values(entries) : []),
    wrapped
  ]
  return [...(isRecord(entries) ? Object.keys(entries) : []), ...inner.flatMap(fieldsOf)]
}
