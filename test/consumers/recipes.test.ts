import { join } from 'node:path'
import { linesOf, readStream } from '@dis-logs/core/reader'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openSite, type Site } from './site.ts'

const recipe = (name: string) => join(import.meta.dirname, 'recipes', name)
const messages = (prefix: string, count: number) => Array.from({ length: count }, (_, n) => `${prefix}-${n}`)

let site: Site
beforeEach(async () => {
  site = await openSite()
})
afterEach(() => site.close())

describe.each(['read.mjs', 'own-store.mjs', 'once.mjs'])('%s', (name) => {
  it('reads packed lines, stops at SIGTERM, and goes on behind what it has read', async () => {
    await site.ship(messages('a', 200), { aggregate: true })
    const first = site.start(recipe(name))
    await first.hasPrinted(200)
    first.process.kill('SIGTERM')
    expect((await first.ended).code).toBe(0)
    await site.ship(messages('b', 100))
    const second = site.start(recipe(name))
    await second.hasPrinted(100)
    second.process.kill('SIGTERM')
    expect((await second.ended).code).toBe(0)
    expect([...first.printed].sort()).toEqual(messages('a', 200).sort())
    expect([...second.printed].sort()).toEqual(messages('b', 100).sort())
  })
})

describe('read.mjs', () => {
  it('reads again what it had when it was killed, and loses nothing', async () => {
    await site.ship(messages('a', 500))
    const first = site.start(recipe('read.mjs'))
    await first.hasPrinted(100)
    first.process.kill('SIGKILL')
    await first.ended
    const second = site.start(recipe('read.mjs'))
    const seen = () => new Set([...first.printed, ...second.printed])
    for (let count = 1; seen().size < 500; count++) await second.hasPrinted(count)
    second.process.kill('SIGTERM')
    await second.ended
    expect([...seen()].sort()).toEqual(messages('a', 500).sort())
  })
})

describe('batches.mjs', () => {
  it('inserts full batches, and the rest at SIGTERM', async () => {
    await site.ship(messages('a', 2_300))
    const first = site.start(recipe('batches.mjs'))
    await first.hasPrinted(2_000)
    first.process.kill('SIGTERM')
    expect((await first.ended).code).toBe(0)
    const printed = [...first.printed]
    // Only what it was given is inserted then: the next reader of that name gets the rest, each line once.
    const rest = messages('a', 2_300).length - printed.length
    const reader = readStream({ ...site.place, app: 'warehouse' })
    let count = 0
    for await (const record of rest === 0 ? [] : reader) {
      for (const line of linesOf(record)) printed.push(JSON.parse(line).msg)
      if (++count === rest) break
    }
    expect(printed.sort()).toEqual(messages('a', 2_300).sort())
  })
})

describe('once.mjs', () => {
  it('prints each line once where answers were lost', async () => {
    for (let after = 0; after < 30; after += 3) site.dis.faults.add({ kind: 'reset-after', after, times: 1 })
    await site.ship(messages('a', 1_000), { lineId: true, batch: { maxRecords: 20, lingerMs: 1 } })
    const stored = (await site.dis.records('app-logs')).length
    expect(stored).toBeGreaterThan(1_000)
    const reader = site.start(recipe('once.mjs'))
    await reader.hasPrinted(1_000)
    reader.process.kill('SIGTERM')
    const { code, stderr } = await reader.ended
    expect(code).toBe(0)
    expect([...reader.printed].sort()).toEqual(messages('a', 1_000).sort())
    expect(stderr).toMatch(/^\d+ lines had come before\n$/)
  })
})
