import type { LocalDis } from '@dis-logs/local'
import { describe, expect, it } from 'vitest'
import { expectIds, loggedBy, runApp, startDis } from './child.ts'

/** So slow that the buffer is full while the application logs. */
function startSlowDis(): Promise<LocalDis> {
  return startDis(3, [{ kind: 'slow', delayMs: 100 }])
}

/** More than fits into a buffer of 64 KiB. */
const MANY = { scenario: 'headers', traces: 10, lines: 20, pad: 1_000, held: true }

describe.each(['pino-mixin.mjs', 'winston-meta.mjs'])('ids of a header with %s', (recipe) => {
  it('are in each line of the trace, and in no other', async () => {
    const settings = { logger: `recipes/${recipe}`, scenario: 'headers', traces: 10, lines: 3 }
    const run = await runApp(await startDis(), 'app.mjs', [], settings)
    expect(run).toMatchObject({ code: 0, stderr: '' })
    expect(run.arrived).toHaveLength(32)
    expectIds(run)
  })
})

describe('ids of the active span without the instrumentations', () => {
  it('are in each line of the span, and in no other', async () => {
    const settings = { logger: 'active-span-logger.mjs', scenario: 'spans' }
    const run = await runApp(await startDis(), 'app.mjs', ['--require', './sdk.cjs'], settings)
    expect(run).toMatchObject({ code: 0, stderr: '' })
    expect(run.arrived).toHaveLength(7)
    expectIds(run)
  })
})

describe('a winston logger that waits for DIS', () => {
  it('has the right ids from defaultMeta', async () => {
    const run = await runApp(await startSlowDis(), 'app.mjs', [], {
      ...MANY,
      logger: 'recipes/winston-meta.mjs'
    })
    expect(run.told['waiting']).toBeGreaterThan(0)
    expect(run.arrived).toHaveLength(202)
    expectIds(run)
  })

  it('has the right ids from OpenTelemetry', async () => {
    const settings = { ...MANY, scenario: 'requests', logger: 'winston, in-process' }
    const flags = ['--require', './recipes/tracing.cjs']
    const run = await runApp(await startSlowDis(), 'app.cjs', flags, settings)
    expect(run.told['waiting']).toBeGreaterThan(0)
    expect(run.arrived).toHaveLength(200)
    expectIds(run)
  })

  it('has other ids than its own, or none, from a format, which is why the recipe has none', async () => {
    const run = await runApp(await startSlowDis(), 'app.mjs', [], {
      ...MANY,
      logger: 'traps/winston-format.mjs'
    })
    expect(run.told['waiting']).toBeGreaterThan(0)
    expect(run.arrived).toHaveLength(202)
    const right = new Map(loggedBy(run).map(({ name, traceId }) => [name, traceId]))
    // Which of the two depends on the request whose answer made room: it may have been started by a line of no trace.
    const wrong = run.arrived
      .map(({ line }) => ({ own: right.get(String(line['name'])), given: line['trace_id'] ?? null }))
      .filter(({ own, given }) => given !== own)
    expect(wrong.length).toBeGreaterThan(0)
  })
})
