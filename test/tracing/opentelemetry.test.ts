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
  { ...ESM, logger: 'pino.mjs' },
  { ...ESM, logger: 'winston.mjs' }
])('OpenTelemetry in $app with $logger', ({ app, flags, logger }) => {
  it('puts the ids of the active span into each line, and none outside of a span', async () => {
    const result = await run({ app, flags }, { logger, scenario: 'spans' })
    expect(result).toMatchObject({ code: 0, stderr: '' })
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
  })
})

describe.each(['pino, worker', 'winston, worker'])('partitionKey: trace_id with %s', (logger) => {
  it('keeps a trace in one partition', async () => {
    const result = await run(CJS, { logger, scenario: 'requests', traces: 20, lines: 5 })
    expect(result).toMatchObject({ code: 0, stderr: '' })
    expectIds(result)
    const partitions = new Map<unknown, Set<string>>()
    for (const { line, key, partition } of result.arrived) {
      expect(key).toBe(line['trace_id'])
      partitions.set(key, (partitions.get(key) ?? new Set()).add(partition))
    }
    expect([...partitions.values()].map(({ size }) => size)).toEqual(new Array(20).fill(1))
    expect(new Set(result.arrived.map(({ partition }) => partition)).size).toBe(3)
  })

  it('gives lines without a trace the hostname of the machine', async () => {
    const { arrived } = await run(CJS, { logger, scenario: 'spans' })
    const keys = arrived.filter(({ line }) => line['trace_id'] === undefined).map(({ key }) => key)
    expect(keys).toEqual([hostname(), hostname(), hostname()])
  })
})

describe('an application in ESM without the hook for imports', () => {
  const program = { ...ESM, flags: CJS.flags }

  it('gets no ids from pino', async () => {
    const { arrived } = await run(program, { logger: 'pino.mjs', scenario: 'spans' })
    expect(arrived.map(({ line }) => line['trace_id'])).toEqual(new Array(7).fill(undefined))
  })

  it('gets them from winston, which requires its own files', async () => {
    expectIds(await run(program, { logger: 'winston.mjs', scenario: 'spans' }))
  })
})
