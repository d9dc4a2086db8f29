import { describe, expect, it } from 'vitest'
import { againstBases, type Measured, ratioOf } from '../../bench/report/against.mjs'
import { type PacedRun, summarizePaced } from '../../bench/report/paced.mjs'
import { togetherOf } from '../../bench/report/processes.mjs'
import { otherBuild, type Started, summarizeStarts } from '../../bench/report/startup.mjs'

describe('starts', () => {
  const start = (upMs: number): Started => ({
    called: { clockMs: 1, cpuMs: 1 },
    up: { clockMs: upMs, cpuMs: upMs / 2 },
    settled: { clockMs: upMs + 10, cpuMs: upMs }
  })
  /** What slows a round slows all of it. */
  const rounds = [40, 90, 41, 42, 200, 43, 44, 45]
  const STARTS: Readonly<Record<string, readonly Started[]>> = {
    'pino/file': rounds.map(start),
    'pino-dis': rounds.map((ms) => start(ms * 1.4)),
    [otherBuild('pino-dis')]: rounds.map((ms) => start(ms * 2.8)),
    'winston-dis': rounds.slice(0, 5).map((ms) => start(ms * 1.2))
  }
  const cases = [...Object.keys(STARTS), 'pino-loki'].map((row) => ({ row, front: 'pino', ours: true }))
  const rows = summarizeStarts(cases, (row) => STARTS[row] ?? [])
  const rowOf = (name: string) => rows.find(({ row }) => row === name)

  it('are compared within a round, so that slow rounds do not count', () => {
    const { toFile, cpuToFile, upMs } = rowOf('pino-dis') ?? {}
    for (const ratio of [toFile, cpuToFile]) {
      expect(ratio?.median).toBeCloseTo(1.4)
      expect(ratio?.low).toBeCloseTo(1.4)
      expect(ratio?.high).toBeCloseTo(1.4)
    }
    expect(upMs?.median).toBeCloseTo(43.5 * 1.4)
    expect(upMs?.high).toBeCloseTo(200 * 1.4)
  })

  it('are compared with the other build, where there is one', () => {
    expect(rowOf('pino-dis')?.toOther?.median).toBeCloseTo(0.5)
    expect(rowOf('pino-dis')?.cpuToOther?.high).toBeCloseTo(0.5)
    expect(rowOf('pino/file')?.toOther).toBeUndefined()
  })

  it('have no interval if they are few, and no row if there are none', () => {
    expect(rowOf('winston-dis')?.toFile).toEqual({
      median: expect.closeTo(1.2),
      low: Number.NaN,
      high: Number.NaN
    })
    expect(rowOf('pino-loki')).toBeUndefined()
  })

  it('say nothing of a moment that a library does not have', () => {
    expect(rowOf('pino-dis')?.endedMs).toBeNull()
    expect(rowOf('pino/file')?.settledMs).toBeCloseTo(53.5)
  })
})

describe('an even pace', () => {
  const run = (cpuShare: number, delay: number | null = null, lost = 0): PacedRun => {
    return { linesPerSecond: 1_000, cpuShare, delayP50Ms: delay, delayP99Ms: delay, peakMb: 100, lost }
  }
  const shares = [0.1, 0.11, 0.3, 0.12, 0.1, 0.13, 0.11]
  const RUNS: Readonly<Record<string, readonly (PacedRun | undefined)[]>> = {
    // The third round of the base failed.
    'pino/file': shares.map((share, round) => (round === 2 ? undefined : run(share))),
    'pino-dis': shares.map((share, round) =>
      round === 0 ? undefined : run(share + 0.01, 100 + round, round)
    )
  }
  const cases = (['pino/file', 'pino-dis', 'pino-loki'] as const).map((name) => {
    return { name, runs: name, front: 'pino' as const, ours: false, base: 'pino/file' }
  })
  const rows = summarizePaced(cases, [1_000], (name) => RUNS[name] ?? [])

  it('is what a transport takes above its base in the same round, without the rounds that one of them has not', () => {
    const dis = rows.find(({ name }) => name === 'pino-dis')
    expect(dis?.more?.median).toBeCloseTo(0.01)
    // Five rounds are left that both have: too few for an interval.
    expect(dis?.more?.high).toBeNaN()
    expect(dis?.runs).toBe(6)
    expect(dis?.delayP99Ms).toBe(103.5)
    expect(dis?.lost).toBe(6)
  })

  it('has a base that is compared with nothing and has no delay, and no row without a run', () => {
    expect(rows.map(({ name }) => name)).toEqual(['pino/file', 'pino-dis'])
    expect(rows[0]).toMatchObject({ more: null, delayP50Ms: null, delayP99Ms: null, lost: 0, runs: 6 })
  })
})

describe('several processes', () => {
  it('are measured from the first line of the first until the last has arrived', () => {
    const process = (startedAt: number, endedAt: number, allUs: number, peakMb: number) => {
      return { startedAt, endedAt, mainUs: 1, workerUs: allUs - 2, allUs, peakMb }
    }
    const each = [process(1_000, 2_500, 6, 90), process(1_100, 3_000, 8, 110), process(1_050, 2_900, 10, 100)]
    expect(togetherOf(each, 3_000, 2_990)).toEqual({
      linesPerSecond: 1_495,
      mainUs: 1,
      workerUs: 6,
      allUs: 8,
      peakMb: 110,
      sumMb: 300,
      lost: 10
    })
  })
})

describe('cases against what they would cost anyway', () => {
  const run = (factor: number, changed: Partial<Measured> = {}): Measured => {
    return {
      linesPerSecond: 1_000 / factor,
      mainUs: factor,
      allUs: 2 * factor,
      delayP99Ms: factor,
      peakMb: 100,
      ...changed
    }
  }
  const rounds = [1, 1.1, 5, 1.2, 1, 1.3, 1.1]
  const RUNS: Readonly<Record<string, readonly (Measured | undefined)[]>> = {
    'pino/file': rounds.map((factor, round) => (round === 4 ? undefined : run(factor))),
    'pino-dis': rounds.map((factor) => run(2 * factor, { peakMb: 150 })),
    'winston → nothing': rounds.map((factor) => run(factor, { delayP99Ms: 0 })),
    'winston-dis': rounds.map((factor) => run(3 * factor))
  }
  const cases = [
    { name: 'pino/file', front: 'pino' as const },
    { name: 'pino-dis', front: 'pino' as const },
    { name: 'winston → nothing', front: 'winston' as const },
    { name: 'winston-dis', front: 'winston' as const },
    { name: 'createProducer', front: 'direct' as const }
  ]
  const rows = againstBases(cases, (name) => RUNS[name] ?? [])

  it('are compared in the rounds that both have, by their front', () => {
    expect(rows.map(({ name, base, pairs }) => [name, base, pairs])).toEqual([
      ['pino-dis', 'pino/file', 6],
      ['winston-dis', 'winston → nothing', 7]
    ])
    const { ratios } = rows[0] ?? {}
    expect(ratios?.linesPerSecond.high).toBeCloseTo(0.5)
    expect(ratios?.mainUs.low).toBeCloseTo(2)
    expect(ratios?.allUs.median).toBeCloseTo(2)
    expect(ratios?.peakMb.median).toBeCloseTo(1.5)
  })

  it('have no ratio to a loop that was never late', () => {
    expect(rows[1]?.ratios.delayP99Ms.median).toBeNaN()
    expect(rows[1]?.ratios.mainUs.median).toBeCloseTo(3)
    expect(ratioOf([])).toEqual({ median: Number.NaN, low: Number.NaN, high: Number.NaN })
  })
})
