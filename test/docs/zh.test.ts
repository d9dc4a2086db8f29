import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { anchorOf, type Block, blocksOf, linksIn } from './blocks.ts'
import { codeIn, tablesOf } from './tables.ts'

const ROOT = join(import.meta.dirname, '../..')

/** Pages in two languages, English first. */
const pages = [
  ['README.md', 'README.zh-CN.md'],
  ...readdirSync(join(ROOT, 'docs/zh')).map((name) => [`docs/${name}`, `docs/zh/${name}`] as const)
] as const

/** Columns whose cells hold nothing but values: their order counts as well. */
const VALUES = new Set(['option', 'default', 'range', 'environment', 'code', 'reason', 'status'])

/** Numbers that a sentence writes out, where Chinese has digits. */
const WRITTEN: Readonly<Record<string, readonly string[]>> = {
  '1': ['a', 'an', 'one', 'once', 'each', 'every'],
  '2': ['two', 'twice', 'doubles', 'double'],
  '3': ['three', 'threefold'],
  '4': ['four'],
  '5': ['five'],
  '8': ['eight'],
  '10': ['ten'],
  '30': ['thirty']
}

const read = (page: string) => blocksOf(readFileSync(join(ROOT, page), 'utf8'))

/** The text of a page without code, targets of links and the line that leads to the other language. */
const prose = (text: string) => text.replace(/`[^`]*`/g, ' ').replace(/\]\([^)]*\)/g, ']')

function numbersIn(text: string): string[] {
  return [...prose(text).matchAll(/\d+(?:[.,]\d+)*/g)].map(([number]) => number)
}

function writtenIn(text: string): string[] {
  const words = new Set(
    prose(text)
      .toLowerCase()
      .match(/[a-z]+/g)
  )
  return Object.entries(WRITTEN).flatMap(([number, names]) =>
    names.some((name) => words.has(name)) ? [number] : []
  )
}

/** Code and numbers of a cell or a paragraph in English that its translation lacks or adds. */
function difference(english: string, chinese: string): string[] {
  const [codes, translated] = [codeIn(english), codeIn(chinese)]
  const numbers = numbersIn(english)
  const digits = numbersIn(chinese)
  const known = [...numbers, ...writtenIn(english)]
  return [
    ...[...new Set(codes)].filter((code) => !translated.includes(code)).map((code) => `no ${code}`),
    ...[...new Set(translated)].filter((code) => !codes.includes(code)).map((code) => `adds ${code}`),
    ...numbers.filter((number) => !digits.includes(number)).map((number) => `no ${number}`),
    ...digits.filter((number) => !known.includes(number)).map((number) => `adds ${number}`)
  ]
}

const isCode = ({ kind }: Block) => kind.startsWith('code')

function withoutComments(lines: readonly string[]): string[] {
  return lines.map((line) =>
    line
      .replace(/(^|\s)(\/\/|#)\s.*$/, '')
      .replace(/\/\*.*?\*\//g, '')
      .trimEnd()
  )
}

/** Where links of a page lead: a file of the repository, and a heading of it by its number. */
function placesOf(page: string, blocks: readonly Block[]): string[] {
  return blocks
    .filter((block) => !isCode(block))
    .flatMap(({ texts }) => texts.flatMap(linksIn))
    .map((link) => {
      if (/^https?:/.test(link)) return link
      const [path = '', anchor] = link.split('#')
      const file = path === '' ? page : relative(ROOT, join(ROOT, dirname(page), path))
      if (!existsSync(join(ROOT, file))) return `${link} leads nowhere`
      if (anchor === undefined) return file
      const headed = file.endsWith('.md') ? file : `${file}/README.md`
      const headings = read(headed).filter(({ kind }) => kind.startsWith('heading'))
      const at = headings.findIndex(({ texts }) => anchorOf(texts[0] ?? '') === anchor)
      return at < 0 ? `${link} has no heading` : `${file}#${at}`
    })
}

/** The page that a Chinese one has to lead to in place of an English one. */
function inChinese(place: string): string {
  const [file = '', heading] = place.replace('huaweicloud.com/intl/en-us/', 'huaweicloud.com/').split('#')
  const [, chinese = file] = pages.find(([english]) => english === file) ?? []
  return heading === undefined ? chinese : `${chinese}#${heading}`
}

describe.each(pages)('%s and %s', (english, chinese) => {
  const [ours, theirs] = [read(english), read(chinese)]
  // The second block of each leads to the other language.
  const body = (blocks: readonly Block[]) => blocks.filter((_, index) => index !== 1)

  it('lead to each other below their titles', () => {
    const between = (from: string, to: string) => relative(dirname(from), to)
    expect(ours[1]?.texts).toEqual([`[简体中文](${between(english, chinese)})`])
    expect(theirs[1]?.texts).toEqual([`[English](${between(chinese, english)})`])
  })

  it('have the same headings, paragraphs, items, rows and columns', () => {
    const shape = (blocks: readonly Block[]) =>
      blocks.map((block) => (isCode(block) ? block.kind : `${block.kind} of ${block.texts.length}`))
    expect(shape(theirs)).toEqual(shape(ours))
  })

  it('name the same options, codes and numbers in each place', () => {
    const differences = ours.flatMap((block, at) =>
      isCode(block)
        ? []
        : block.texts.flatMap((text, cell) => {
            const translated = theirs[at]?.texts[cell] ?? ''
            const found = difference(text, translated)
            return found.length === 0 ? [] : [{ text, translated, found }]
          })
    )
    expect(differences).toEqual([])
  })

  it('have the same values in the same order in their tables', () => {
    const [tables, translated] = [english, chinese].map((page) => tablesOf(relative('docs', page)))
    for (const [at, { columns, rows }] of tables?.entries() ?? []) {
      for (const [column, name] of columns.entries()) {
        if (!VALUES.has(name) && !name.startsWith('`')) continue
        const other = translated?.[at]?.columns[column] ?? ''
        const valuesIn = (cell = '') => [codeIn(cell), numbersIn(cell)]
        expect(translated?.[at]?.rows.map((row) => valuesIn(row.get(other)))).toEqual(
          rows.map((row) => valuesIn(row.get(name)))
        )
      }
    }
  })

  it('have the same code, apart from comments', () => {
    const code = (blocks: readonly Block[]) =>
      blocks.filter(isCode).map(({ texts }) => withoutComments(texts))
    expect(code(theirs)).toEqual(code(ours))
  })

  it('lead to the same places, each in its language', () => {
    const places = placesOf(english, body(ours))
    expect(places.filter((place) => place.includes(' '))).toEqual([])
    expect(placesOf(chinese, body(theirs)).sort()).toEqual(places.map(inChinese).sort())
  })
})

describe('docs/zh/errors.md', () => {
  it('has one word for each thing that happens to lines', () => {
    const [english, chinese] = [tablesOf('errors.md'), tablesOf('zh/errors.md')]
    const words = new Map<string, Set<string>>()
    for (const [at, { columns, rows }] of english.entries()) {
      const column = columns.indexOf('lines')
      if (column < 0) continue
      for (const [index, row] of rows.entries()) {
        const word = row.get('lines') ?? ''
        const translated = [...(chinese[at]?.rows[index]?.values() ?? [])][column] ?? ''
        words.set(word, (words.get(word) ?? new Set()).add(translated))
      }
    }
    const text = readFileSync(join(ROOT, 'docs/zh/errors.md'), 'utf8')
    const used = [...words.values()].flatMap((each) => [...each])
    expect(used).toHaveLength(6)
    expect(new Set(used).size).toBe(6)
    for (const word of used) expect(text).toContain(`**${word}**：`)
  })
})

describe('the Chinese text', () => {
  const paragraphs = pages.flatMap(([, page]) =>
    read(page).flatMap((block) => (isCode(block) ? [] : block.texts.map(prose)))
  )

  it('has Chinese punctuation', () => {
    expect(paragraphs.filter((text) => /\p{sc=Han} ?[,;:?!](?!\d)/u.test(text))).toEqual([])
  })

  it('has a space between Chinese and Latin letters or numbers', () => {
    expect(paragraphs.filter((text) => /\p{sc=Han}[a-z0-9]|[a-z0-9]\p{sc=Han}/iu.test(text))).toEqual([])
  })

  it('calls things as the documentation of the service does: 通道, 分区, 流控, 终端节点', () => {
    expect(paragraphs.filter((text) => /数据流|分片|节流|限流|端点|帐号|密匙/.test(text))).toEqual([])
  })
})
