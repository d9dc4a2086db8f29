import { expect, it } from 'vitest'
import { runApp, startDis } from './child.ts'

const STACK = expect.stringMatching(/^TypeError: boom\n +at /)
const CAUSE_TEXT = expect.stringMatching(/^Error: the cause\n +at /)
/** An error as a field. */
const ERROR = {
  name: 'TypeError',
  message: 'boom',
  stack: STACK,
  cause: CAUSE_TEXT,
  code: 'E_BOOM',
  inner: CAUSE_TEXT
}
/** An error that is the line itself. */
const OWN = {
  level: 'error',
  message: 'boom',
  stack: STACK,
  code: 'E_BOOM',
  cause: { name: 'Error', message: 'the cause', stack: CAUSE_TEXT },
  inner: { name: 'Error', message: 'the cause', stack: CAUSE_TEXT }
}

it('an error in a line of winston arrives with message, stack, cause and its own fields, wherever it stands', async () => {
  const run = await runApp(await startDis(1), 'app.mjs', [], {
    logger: 'recipes/winston-errors.mjs',
    scenario: 'errors'
  })
  expect(run).toMatchObject({ code: 0, stderr: '' })
  expect(run.arrived.map(({ line }) => line)).toEqual([
    { level: 'error', message: 'a field', err: ERROR },
    OWN,
    { ...OWN, message: 'second boom' },
    { level: 'error', message: 'deep', request: { tries: [{ err: ERROR }] } },
    { ...OWN, user: 7 },
    OWN,
    { level: 'error', message: 'of a child', child: true, err: ERROR },
    { level: 'error', message: 'circular', err: { ...ERROR, self: STACK } },
    {
      level: 'error',
      message: 'several',
      err: { name: 'AggregateError', message: 'all failed', stack: expect.stringContaining('all failed') }
    },
    { level: 'info', message: 'others', big: '7', date: '1970-01-01T00:00:00.000Z', none: null }
  ])
})

it('json() alone keeps of an error what was assigned to it, and its stack only behind a message', async () => {
  const settings = { logger: 'winston, in-process', scenario: 'errors' }
  const { arrived } = await runApp(await startDis(1), 'app.cjs', [], settings)
  const bare = { code: 'E_BOOM', inner: {} }
  expect(arrived.slice(0, 4).map(({ line }) => line)).toEqual([
    { level: 'error', message: 'a field', err: bare },
    { level: 'error', ...bare },
    { level: 'error', message: 'second boom', ...bare, stack: STACK, cause: {} },
    { level: 'error', message: 'deep', request: { tries: [{ err: bare }] } }
  ])
})

it("winston's format.errors mends an error that is the line itself, and none in a field", async () => {
  const settings = { logger: 'traps/winston-errors-format.mjs', scenario: 'errors' }
  const { arrived } = await runApp(await startDis(1), 'app.mjs', [], settings)
  expect(arrived.slice(0, 2).map(({ line }) => line)).toEqual([
    { level: 'error', message: 'a field', err: { code: 'E_BOOM', inner: {} } },
    { level: 'error', message: 'boom', stack: STACK, code: 'E_BOOM', inner: {} }
  ])
})
