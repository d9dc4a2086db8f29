import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

/** In place of a test, under text that promises nothing. */
const EXPLAINS = '(explains)'

/** Rows of tables, list items and paragraphs of docs/delivery.md, each as one line. */
function partsOf(markdown: string): string[] {
  const lines = markdown.split('\n')
  const parts: string[] = []
  let isOpen = false
  for (const [index, line] of lines.entries()) {
    const text = line.trim()
    const isTable = text.startsWith('|')
    if (isTable && !isRule(lines[index + 1]) && !isRule(text)) parts.push(text.replace(/^\|\s*/, ''))
    else if (text.startsWith('- ')) parts.push(text.slice(2))
    else if (isOpen) parts.push(`${parts.pop()} ${text}`)
    else if (text !== '' && !isTable && !text.startsWith('#')) parts.push(text)
    isOpen = text !== '' && !isTable && !text.startsWith('#')
  }
  return parts.map((part) => part.replaceAll('**', ''))
}

function isRule(line = ''): boolean {
  return /^\|[ :|-]+\|$/.test(line.trim())
}

/** The promises and their tests in promises.txt: text at the margin, and indented below it `file: name`. */
function promisesOf(list: string): Map<string, string[]> {
  const promises = new Map<string, string[]>()
  let promise = ''
  for (const line of list.split('\n')) {
    if (line === '' || line.startsWith('#')) continue
    if (line.startsWith('  ')) promises.get(promise)?.push(line.trim())
    else {
      promise = line
      promises.set(promise, [])
    }
  }
  return promises
}

const promises = promisesOf(readFileSync(join(import.meta.dirname, 'promises.txt'), 'utf8'))
const parts = partsOf(readFileSync(join(import.meta.dirname, '../../docs/delivery.md'), 'utf8'))

/** Whether a part begins so; a number of a status is a whole cell. */
function begins(part: string, text: string): boolean {
  return part.startsWith(text) && !/^\w/.test(part.slice(text.length))
}

/** Whether a file of tests has one of that name: a quoted text as long as the name. */
function exists(test: string): boolean {
  if (test === EXPLAINS) return true
  const [, file, name] = /^(\S+): (.+)$/.exec(test) ?? []
  const path = join(import.meta.dirname, '..', `${file}.test.ts`)
  if (!existsSync(path)) return false
  const text = readFileSync(path, 'utf8')
  return ["'", '"', '`'].some((quote) => text.includes(`${quote}${name}${quote},`))
}

describe('docs/delivery.md', () => {
  it('says nothing that promises.txt does not know', () => {
    const known = [...promises.keys()]
    expect(parts.filter((part) => !known.some((text) => begins(part, text)))).toEqual([])
    expect(parts.length).toBeGreaterThan(50)
  })

  it.each([...promises])('says once, and has the tests that are named for it: %s', (text, tests) => {
    expect(parts.filter((part) => begins(part, text))).toHaveLength(1)
    expect(tests).not.toEqual([])
    expect(tests.filter((test) => !exists(test))).toEqual([])
  })
})
