import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** In place of a test, under text that promises nothing. */
const EXPLAINS = '(explains)'

/** What a document says, and the tests that hold it: text at the margin, and indented below it `file: name`. */
export function promisesOf(list: string): Map<string, string[]> {
  const promises = new Map<string, string[]>()
  let promise = ''
  for (const line of readFileSync(join(import.meta.dirname, list), 'utf8').split('\n')) {
    if (line === '' || line.startsWith('#')) continue
    if (line.startsWith('  ')) promises.get(promise)?.push(line.trim())
    else {
      promise = line
      promises.set(promise, [])
    }
  }
  return promises
}

/** Whether a file of tests has one of that name: a quoted text as long as the name. */
export function exists(test: string): boolean {
  if (test === EXPLAINS) return true
  const [, file, name] = /^(\S+): (.+)$/.exec(test) ?? []
  const path = join(import.meta.dirname, '..', `${file}.test.ts`)
  if (!existsSync(path)) return false
  const text = readFileSync(path, 'utf8')
  return ["'", '"', '`'].some((quote) => text.includes(`${quote}${name}${quote},`))
}
