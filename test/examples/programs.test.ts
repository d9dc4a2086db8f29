import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest'
import { openSite, type Site, STREAM } from './example.ts'

let site: Site
beforeEach(async () => {
  site = await openSite()
})
afterEach(() => site.close())

describe('functiongraph', () => {
  const ids = ['request-1', 'request-2', 'request-3']

  it('has stored its lines when it answers, also if a request hung', async () => {
    await site.dis.faults.add({ kind: 'hang', times: 1 })
    const { stdout } = await site.run('functiongraph')
    expect(stdout.match(/statusCode: 200/g)).toHaveLength(3)
    expect(stdout).not.toContain('wait for the next call')
    expect((await site.lines()).map(({ requestId }) => requestId)).toEqual(ids)
  })

  it('answers in time while the service hangs, says what is left, and sends it later', async () => {
    await site.dis.faults.add({ kind: 'hang' })
    const calls = site.start('functiongraph', 'start', { FUNCTION_TIMEOUT_MS: '700' })
    let said = ''
    calls.process.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString()))
    await vi.waitFor(() => expect(said.match(/statusCode: 200/g)).toHaveLength(3), { timeout: 20_000 })
    expect(said).toContain('3 lines wait for the next call')
    await site.dis.faults.clear()
    expect(await calls.ended).toMatchObject({ code: 0 })
    const arrived = new Set((await site.lines()).map(({ requestId }) => requestId))
    expect([...arrived].sort()).toEqual(ids)
  })
})

describe('dead-letters', () => {
  it('what a wrong name had refused is sent by replay, and each line arrives once', async () => {
    const { stdout, stderr } = await site.run('dead-letters', 'start', { DIS_STREAM_NAME: 'app-lgos' })
    expect(stdout).toContain('{ delivered: 0, rejected: 10 }')
    expect(stderr).toContain('lines refused, and kept: DIS.4301')
    const file = join(inject('installed'), 'dead-letters/dead-letters.ndjson')
    expect(readFileSync(file, 'utf8').trim().split('\n')).toHaveLength(10)
    expect(await site.lines()).toEqual([])
    await site.run('dead-letters', 'replay')
    const orders = (await site.lines()).map(({ order }) => Number(order))
    expect(orders.sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  })
})

describe('partition-keys', () => {
  interface Arrival {
    readonly partition: string
    readonly line: Readonly<Record<string, unknown>>
  }

  const arrivals = async (): Promise<Arrival[]> => {
    const records = await site.dis.takeRecords(STREAM)
    return records.flatMap(({ data, partitionId }) =>
      data
        .toString('utf8')
        .split('\n')
        .map((line) => ({ partition: partitionId, line: JSON.parse(line) }))
    )
  }
  it('tenant: the lines of each are in one partition, in their order', async () => {
    await site.run('partition-keys', 'tenant')
    const tenants = groupedBy('tenant', await arrivals())
    expect(tenants.size).toBe(10)
    for (const lines of tenants.values()) {
      expect(new Set(lines.map(({ partition }) => partition)).size).toBe(1)
      expect(lines).toHaveLength(60)
      const numbers = lines.map(({ line }) => Number(line['n']))
      expect(numbers).toEqual([...numbers].sort((a, b) => a - b))
    }
  })

  it('trace: the two lines of each are in one partition, and all partitions have some', async () => {
    await site.run('partition-keys', 'trace')
    const arrived = await arrivals()
    const traces = groupedBy('trace_id', arrived)
    expect(traces.size).toBe(300)
    for (const lines of traces.values())
      expect(lines.map(({ partition }) => partition)).toEqual([lines[0]?.partition, lines[0]?.partition])
    expect(new Set(arrived.map(({ partition }) => partition)).size).toBe(3)
  })

  it('none: all partitions have about as much, and spread counts it', async () => {
    await site.run('partition-keys', 'none')
    const { stdout } = await site.run('partition-keys', 'spread')
    const counts = [...stdout.matchAll(/shardId-\d+\D+0\D+0\D+(\d+)/g)].map(([, none]) => Number(none))
    expect(counts).toHaveLength(3)
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(600)
    for (const count of counts) expect(count).toBeGreaterThan(100)
  })
})

/** Items by the value of a field. */
function groupedBy<Item extends { readonly line: Readonly<Record<string, unknown>> }>(
  field: string,
  items: readonly Item[]
): Map<unknown, Item[]> {
  const groups = new Map<unknown, Item[]>()
  for (const item of items) {
    const value = item.line[field]
    groups.set(value, [...(groups.get(value) ?? []), item])
  }
  return groups
}
