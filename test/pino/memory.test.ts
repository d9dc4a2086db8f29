import type { Stats } from '@dis-logs/core'
import { createLocalDis, type LocalDis } from '@dis-logs/local'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { optionsFor, STREAM } from '../e2e/arrivals.ts'
import { type App, run } from './child.ts'

const BUFFER = 1_000_000
/** As docs/pino.md says: what a writer may add who does not wait. */
const AHEAD = 4 * 1_048_576
/** Logged forty times: 70 MB. */
const LINES = 5_000
const ALL = 40 * LINES

let dis: LocalDis
beforeAll(async () => {
  dis = await createLocalDis({
    streams: [{ name: STREAM, partitions: 3 }],
    limits: false,
    faults: [{ kind: 'hang' }]
  })
})
afterAll(() => dis.close())

async function measure(arrangement: App['arrangement'], worker?: App['worker']) {
  const { messages } = await run({
    version: 'pino',
    arrangement,
    options: optionsFor(dis, { buffer: { maxBytes: BUFFER } }),
    lines: LINES,
    ending: 'stay and measure',
    pad: 'x'.repeat(250),
    ...(worker === undefined ? {} : { worker })
  })
  return { messages, measured: messages.find((message) => 'rss' in message) }
}

function statsIn(measured: Readonly<Record<string, unknown>> | undefined): Stats {
  // Sent by the application, as it got them.
  return measured?.['stats'] as Stats
}

function expectBounded(
  { written, dropped, buffered, bufferedBytes }: Stats,
  messages: readonly Readonly<Record<string, unknown>>[]
): void {
  // All of them have come to the producer. Before it, nothing piles up.
  expect(written).toBe(ALL)
  expect(bufferedBytes).toBeLessThan(BUFFER + AHEAD + 1_000)
  expect(dropped).toBe(ALL - buffered)
  const warnings = messages.flatMap((message) => message['dis:warning'] ?? [])
  expect(warnings).toMatchObject([
    { code: 'BACKPRESSURE', cure: expect.stringMatching(/docs\/pino\.md.*\{spool\}/) }
  ])
  expect(messages.find((message) => 'dis:dropped' in message)).toMatchObject({
    'dis:dropped': { reason: 'buffer-full' }
  })
}

describe('a service that hangs, and pino, which does not wait', () => {
  it('among several targets: the worker lives with a heap that could not hold the lines', async () => {
    const resourceLimits = { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 8 }
    const { messages, measured } = await measure('targets', { resourceLimits })
    expectBounded(statsIn(measured), messages)
  }, 60_000)

  it('behind a pipeline among targets: nothing piles up in the pipeline', async () => {
    const { messages, measured } = await measure('pipeline among targets')
    expectBounded(statsIn(measured), messages)
    expect(statsIn(measured).bufferedBytes).toBeLessThan(BUFFER + 1_000)
  }, 60_000)

  it('without a worker: the process grows by the bound, not by the lines', async () => {
    const { messages, measured } = await measure('disStream')
    expectBounded(statsIn(measured), messages)
    // 75 MB of it is node with pino; the lines alone were 70 MB.
    expect(Number(measured?.['rss'])).toBeLessThan(140_000_000)
  }, 60_000)
})
