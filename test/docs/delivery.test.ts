import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { exists, promisesOf } from './promises.ts'

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

const promises = promisesOf('promises.txt')
const parts = partsOf(readFileSync(join(import.meta.dirname, '../../docs/delivery.md'), 'utf8'))

/** Whether a part begins so; a number of a status is a whole cell. */
function begins(part: string, text: string): boolean {
  return part.startsWith(text) && !/^\w/.test(part.slice(text.length))
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
