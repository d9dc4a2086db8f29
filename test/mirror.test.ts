import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '..')

/** Rooms whose files all have their test at the same place. */
const ROOMS = ['queue', 'delivery']

/** Files of types only: there is nothing in them that could be tested. */
const TYPES_ONLY: readonly string[] = ['delivery/verdict.ts']

function filesOf(room: string): string[] {
  return readdirSync(join(ROOT, 'packages/core/src', room)).map((name) => `${room}/${name}`)
}

function testOf(file: string): string {
  return join('test/core', file.replace(/\.ts$/, '.test.ts'))
}

describe.each(ROOMS)('the room %s', (room) => {
  it('has a test at the same place for each file', () => {
    const files = filesOf(room).filter((file) => !TYPES_ONLY.includes(file))
    expect(files.length).toBeGreaterThan(0)
    expect(files.map(testOf).filter((test) => !existsSync(join(ROOT, test)))).toEqual([])
  })

  it('has a file for each of its tests', () => {
    const tests = readdirSync(join(ROOT, 'test/core', room)).filter((name) => name.endsWith('.test.ts'))
    const known = new Set(filesOf(room).map(testOf))
    expect(tests.map((name) => join('test/core', room, name)).filter((test) => !known.has(test))).toEqual([])
  })
})

describe('the list of files without a test', () => {
  it('names files that exist', () => {
    for (const file of TYPES_ONLY) expect(ROOMS.flatMap(filesOf)).toContain(file)
  })
})
