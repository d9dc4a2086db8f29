import { hostname } from 'node:os'
import { describe, expect, it } from 'vitest'
import { loggedBy, runApp, startDis } from './child.ts'

describe.each([
  'recipes/ecs-pino.mjs',
  'pino ECS, disStream',
  'recipes/ecs-winston.mjs',
  'winston ECS, in-process'
])('lines of an ECS format: %s', (logger) => {
  it('arrive byte for byte as a plain stream gets them', async () => {
    const app = logger.endsWith('.mjs') ? 'app.mjs' : 'app.cjs'
    const run = await runApp(await startDis(), app, [], { logger, scenario: 'records' })
    expect(run).toMatchObject({ code: 0, stderr: '' })
    const { arrived, told } = run
    expect(arrived).toHaveLength(6)
    expect(arrived.map(({ text }) => `${text}\n`).toSorted()).toEqual([told['texts']].flat().toSorted())
    for (const { line } of arrived)
      expect(line).toMatchObject({ '@timestamp': expect.any(String), 'service.name': 'orders' })
    expect(arrived.map(({ line }) => line['error'])).toContainEqual(
      expect.objectContaining({ type: 'TypeError', message: 'boom', stack_trace: expect.any(String) })
    )
  })
})

describe.each(['pino ECS, disStream', 'winston ECS, in-process'])('OpenTelemetry with %s', (logger) => {
  it('puts the ids where ECS has them', async () => {
    const flags = ['--require', './sdk.cjs', '--require', './recipes/ecs-tracing.cjs']
    const run = await runApp(await startDis(), 'app.cjs', flags, { logger, scenario: 'spans' })
    expect(run).toMatchObject({ code: 0, stderr: '' })
    const logged = new Map(loggedBy(run).map(({ name, ...ids }) => [name, ids]))
    expect(run.arrived).toHaveLength(7)
    for (const { line, key } of run.arrived) {
      const traceId = line['trace.id'] ?? null
      expect({ traceId, spanId: line['span.id'] ?? null }).toEqual(logged.get(String(line['name'])))
      expect(line).not.toHaveProperty('trace_id')
      expect(key).toBe(traceId ?? hostname())
    }
  })
})
