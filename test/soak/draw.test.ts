import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { resolveSettings } from '../../packages/core/src/options/settings.ts'
import { Chance } from './chance.ts'
import { drawLife, drawPlans } from './draw.ts'

const dir = mkdtempSync(join(tmpdir(), 'dis-logs-soak-draw-'))
afterAll(() => rmSync(dir, { recursive: true }))

const PLACES = {
  endpoint: 'http://127.0.0.1:18080',
  spoolDir: join(dir, 'spool'),
  letters: 'letters.ndjson',
  profile: 'credentials',
  accessKeys: { accessKey: 'AK', secretKey: 'SK' }
}

function livesOf(seed: number) {
  const chance = new Chance(seed)
  const plans = drawPlans(chance, 8, true)
  return plans.flatMap((plan) =>
    Array.from({ length: 5 }, (_, life) => ({ plan, ...drawLife(chance, plan, life, PLACES) }))
  )
}

const lives = Array.from({ length: 30 }, (_, seed) => livesOf(seed)).flat()

describe('what a seed draws', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(livesOf(5)).toEqual(livesOf(5))
    expect(livesOf(5)).not.toEqual(livesOf(6))
  })

  it('has both adapters and the producer among the first three, whatever the seed', () => {
    for (let seed = 0; seed < 20; seed++) {
      const kinds = drawPlans(new Chance(seed), 3, false).map(({ kind }) => kind.split('-')[0])
      expect([...kinds].map((kind) => (kind === 'worker' ? 'core' : kind)).sort()).toEqual([
        'core',
        'pino',
        'winston'
      ])
    }
  })

  it('are options that a producer takes', () => {
    for (const { options } of lives) {
      const { functions, deadLetter: _, credentials: __, wire: ___, ...plain } = options
      const credentials = { accessKey: 'AK', secretKey: 'SK' }
      expect(() => resolveSettings({ ...plain, credentials }, {})).not.toThrow()
      expect(functions.length).toBeLessThan(3)
    }
  })

  it('covers every group of options over a few seeds', () => {
    const all = (value: (life: (typeof lives)[number]) => unknown) =>
      new Set(lives.map((life) => JSON.stringify(value(life) ?? null)))
    expect(all(({ plan }) => plan.kind).size).toBe(6)
    expect(all(({ plan }) => plan.route).size).toBe(5)
    expect(all(({ plan }) => plan.keyMode).size).toBe(5)
    expect(all(({ plan }) => plan.spool).size).toBe(4)
    expect(all(({ plan }) => plan.keys).size).toBe(4)
    expect(all(({ options }) => options.ordered).size).toBe(2)
    expect(all(({ options }) => options.wire).size).toBe(8)
    expect(all(({ options }) => options.signing).size).toBe(3)
    expect(all(({ options }) => options.aggregate).size).toBe(5)
    expect(all(({ options }) => options.buffer?.onFull).size).toBe(4)
    expect(all(({ options }) => options.spool?.mode).size).toBe(3)
    expect(all(({ options }) => options.spool?.fsync).size).toBe(4)
    expect(all(({ options }) => options.spool?.maxBytes).size).toBe(2)
    expect(all(({ options }) => options.retry?.maxAgeMs).size).toBe(2)
    expect(all(({ options }) => options.deadLetter).size).toBe(2)
    expect(all(({ options }) => options.oversize).size).toBe(2)
  })

  it('gives an application few lines where each of its keys gets about one a round trip', () => {
    const slow = lives.filter(({ options: { ordered, aggregate } }) => {
      const isSmall = typeof aggregate === 'object' && (aggregate.maxBytes ?? 0) < 20_000
      return ordered && (aggregate === false || isSmall)
    })
    expect(slow.length).toBeGreaterThan(50)
    expect(slow.filter(({ load }) => load.rate > 20)).toEqual([])
  })
})
