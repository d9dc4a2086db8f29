import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PlainDisOptions, Stats } from '@dis-logs/core'
import { createLocalDis, type Fault } from '@dis-logs/local'
import { expect } from 'vitest'
import { type Arrival, arrivals, optionsFor, STREAM } from '../e2e/arrivals.ts'
import { shareOf } from '../thorough.ts'

/** Every way in which the local DIS misbehaves, often enough to be met and rarely enough to get through. */
export const FAULTS: readonly Fault[] = [
  { kind: 'throttle', recordProbability: 0.5, times: 10 },
  { kind: 'record-error', code: 'DIS.5000', recordProbability: 0.3, times: 5 },
  { kind: '429', times: 2 },
  { kind: '429', retryAfter: 1, times: 1 },
  { kind: '500', probability: 0.4, times: 5 },
  { kind: '500', status: 503, times: 2 },
  { kind: '413', times: 3 },
  { kind: 'reset-before', probability: 0.4, times: 4 },
  { kind: 'reset-after', probability: 0.4, times: 4 },
  { kind: 'slow', delayMs: 40, times: 5 },
  { kind: 'hang', times: 1 },
  { kind: 'short-list', times: 2 },
  { kind: 'long-list', times: 2 },
  { kind: 'object-records', times: 2 },
  { kind: 'numeric-sequence', times: 2 },
  { kind: 'not-json', times: 2 },
  { kind: 'empty', times: 2 },
  { kind: 'auth-441', times: 1 },
  { kind: 'auth-401', times: 1 },
  { kind: 'error', status: 400, code: 'DIS.4301', times: 1 }
]

/** After these nobody knows what was stored, so lines may arrive twice. */
const AMBIGUOUS: ReadonlySet<Fault['kind']> = new Set([
  'reset-before',
  'reset-after',
  'hang',
  'short-list',
  'object-records',
  'not-json',
  'empty'
])

export const LINES = 300
const KEYS = 7

/** One of the cells: its name, and what makes it. */
export interface Cell {
  readonly name: string
  readonly fault: Fault
  readonly ordered: boolean
  readonly spool: 'off' | 'overflow' | 'always'
}

const CELLS: readonly Cell[] = FAULTS.flatMap((fault) =>
  [false, true].flatMap((ordered) =>
    (['off', 'overflow', 'always'] as const).map((spool) => ({
      name: `${fault.kind}${'status' in fault ? ` ${fault.status}` : ''}${'retryAfter' in fault ? ' with Retry-After' : ''}, ${ordered ? 'ordered' : 'unordered'}, spool ${spool}`,
      fault,
      ordered,
      spool
    }))
  )
)

/** What follows the answer is the same code for both adapters: each gets each fault, in every second cell, and the other one the rest. */
export function cellsOf(adapter: 'pino' | 'winston'): readonly Cell[] {
  return shareOf(CELLS, adapter === 'pino' ? 0 : 1)
}

/** Logs with `run`, which gives the stats that it saw, the last ones last; then checks the promises. */
export async function play(
  { fault, ordered, spool }: Cell,
  run: (options: PlainDisOptions, log: (n: number) => Record<string, unknown>) => Promise<readonly Stats[]>
): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'dis-logs-faults-'))
  const dis = await createLocalDis({
    streams: [{ name: STREAM, partitions: 3 }],
    limits: false,
    seed: 20_250_102,
    faults: [fault]
  })
  try {
    const seen = await run(
      {
        ...optionsFor(dis),
        partitionKey: 'key',
        ordered,
        batch: { maxRecords: 60, lingerMs: 5 },
        retry: { baseMs: 5, maxMs: 40 },
        requestTimeoutMs: 400,
        closeTimeoutMs: 9_000,
        // Small enough that the spool is used.
        ...(spool === 'off'
          ? {}
          : { buffer: { maxBytes: 65_536 }, spool: { dir, mode: spool, fsync: 'never' } })
      },
      (n) => ({ n, key: `k-${n % KEYS}`, pad: 'x'.repeat(200) })
    )
    expect(seen.length).toBeGreaterThan(0)
    for (const stats of seen) expectBalanced(stats)
    const last = seen.at(-1)
    expect(last).toMatchObject({ written: LINES, buffered: 0, spooled: 0, dropped: 0 })
    const rejected = last?.rejected ?? 0
    expect(rejected > 0).toBe(fault.kind === 'error')
    checkArrivals(await arrivals(dis), rejected, fault, ordered)
    expect((await dis.stats()).faults[fault.kind]).toBeGreaterThan(0)
    expect(readdirSync(dir)).toEqual([])
  } finally {
    await dis.close()
    rmSync(dir, { recursive: true, force: true })
  }
}

export function expectBalanced(stats: Stats): void {
  const { written, delivered, rejected, dropped, spooled, buffered } = stats
  expect(delivered + rejected + dropped + spooled + buffered).toBe(written)
}

function checkArrivals(arrived: readonly Arrival[], rejected: number, fault: Fault, ordered: boolean): void {
  const unique = new Set(arrived.map(({ n }) => n))
  expect(unique.size + rejected).toBe(LINES)
  if (!AMBIGUOUS.has(fault.kind)) expect(arrived.length).toBe(unique.size)
  expect(arrived.filter(({ n, key }) => key !== `k-${n % KEYS}`)).toEqual([])
  if (ordered) expect(overtaken(arrived)).toEqual([])
}

/** Lines that arrived for the first time after a younger one of their key. */
function overtaken(arrived: readonly Arrival[]): number[] {
  const last = new Map<string | undefined, number>()
  const seen = new Set<number>()
  const late: number[] = []
  for (const { n, key } of arrived) {
    if (!seen.has(n) && n < (last.get(key) ?? -1)) late.push(n)
    seen.add(n)
    last.set(key, Math.max(n, last.get(key) ?? -1))
  }
  return late
}
