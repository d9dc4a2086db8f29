import { hostname } from 'node:os'
import { describe, expect, it } from 'vitest'
import { type AppRun, expectIds, loggedBy, runApp, startDis } from './child.ts'

const CJS = { app: 'app.cjs', flags: ['--require', './recipes/tracing.cjs'] } as const
const ESM = { app: 'app.mjs', flags: ['--import', './recipes/tracing.mjs'] } as const

interface Program {
  readonly app: 'app.cjs' | 'app.mjs'
  readonly flags: readonly string[]
}

async function run(program: Program, settings: Readonly<Record<string, unknown>>): Promise<AppRun> {
  return runApp(await startDis(), program.app, program.flags, settings)
}

describe.each([
  { ...CJS, logger: 'pino, worker' },
  { ...CJS, logger: 'pino, disStream' },
  { ...CJS, logger: 'winston, worker' },
  { ...CJS, logger: 'winston, in-process' },
  { ...ESM, logger: 'recipes/pino.mjs' },
  { ...ESM, logger: 'recipes/winston.mjs' }
])('OpenTelemetry in $app with $logger', ({ app, flags, logger }) => {
  it('puts the ids of the active span into each line, none outside of a span, and the key of its trace', async () => {
    const result = await run({ app, flags }, { logger, scenario: 'spans' })
    expect(result.code).toBe(0)
    // The hook for imports has no other way on Node 20. Node 26 says so.
    expect(result.stderr.replace(/^.*\[DEP0205\].*\n\(Use `node --trace-deprecation.*\n/, '')).toBe('')
    expect(loggedBy(result).map(({ name, traceId }) => [name, traceId !== null])).toEqual([
      ['before', false],
      ['outer', true],
      ['inner', true],
      ['of a child', true],
      ['outer again', true],
      ['left', false],
      ['after', false]
    ])
    expectIds(result)
    for (const { line, key } of result.arrived) expect(key).toBe(line['trace_id'] ?? hostname())
    // Only pino waits for its flush before it tells.
    if (logger.includes('pino')) expect(result.arrivedWhenTold).toBe(7)
  })
})

const TRACES = 60

describe.each(['pino, worker', 'winston, worker'])('partitionKey: trace_id with %s', (logger) => {
  it('keeps a trace in one partition', async () => {
    // So many that none of three partitions stays empty by chance: with 20 that was one run of a thousand.
    const result = await run(CJS, { logger, scenario: 'requests', traces: TRACES, lines: 2 })
    expect(result).toMatchObject({ code: 0, stderr: '' })
    expectIds(result)
    const partitions = new Map<unknown, Set<string>>()
    for (const { line, key, partition } of result.arrived) {
      expect(key).toBe(line['trace_id'])
      partitions.set(key, (partitions.get(key) ?? new Set()).add(partition))
    }
    expect([...partitions.values()].map(({ size }) => size)).toEqual(new Array(TRACES).fill(1))
    expect(new Set(result.arrived.map(({ partition }) => partition)).size).toBe(3)
  })
})

describe('the set-up in NODE_OPTIONS, which worker threads load, too', () => {
  it.each([
    ['app.cjs', '--require ./recipes/tracing.cjs', 'winston, worker'],
    ['app.mjs', '--import ./recipes/tracing.mjs', 'recipes/pino.mjs']
  ] as const)('gives each line its ids: %s %s, %s', async (app, options, logger) => {
    const settings = { logger, scenario: 'spans' }
    const result = await runApp(await startDis(), app, [], settings, { NODE_OPTIONS: options })
    expect(result.code).toBe(0)
    expectIds(result)
  })
})

describe('an application in ESM without the hook for imports', () => {
  const program = { ...ESM, flags: CJS.flags }

  it('gets no ids from pino', async () => {
    const { arrived } = await run(program, { logger: 'recipes/pino.mjs', scenario: 'spans' })
    expect(arrived.map(({ line }) => line['trace_id'])).toEqual(new Array(7).fill(undefined))
  })

  it('gets them from winston, which requires its own files', async () => {
    expectIds(await run(program, { logger: 'recipes/winston.mjs', scenario: 'spans' }))
  })
})

describe('the instrumentation of pino with its defaults, which the recipe does not use', () => {
  it.each([
    ['lets logger.flush call back before a line has arrived', 'pino, worker', 0],
    ['leaves the flush of the transport true', 'pino, flush of the transport', 7]
  ])('%s', async (_, logger, arrived) => {
    const dis = await startDis(3, [{ kind: 'slow', delayMs: 500, times: 1 }])
    const flags = ['--require', './traps/log-sending.cjs']
    const result = await runApp(dis, CJS.app, flags, { logger, scenario: 'spans' })
    expect(result.arrivedWhenTold).toBe(arrived)
    expect(result.arrived).toHaveLength(7)
  })
})
