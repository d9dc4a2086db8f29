import { describe, expect, it } from 'vitest'
import { runApp, startDis } from './child.ts'

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
