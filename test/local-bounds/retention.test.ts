import { describe, expect, it } from 'vitest'
import { call, MEBIBYTE, STREAM, victim } from './victim.ts'

const body = (records: readonly object[]) => JSON.stringify({ stream_name: STREAM, records })

describe('what is kept', () => {
  it('is bounded with its keys', async () => {
    const server = await victim({ maxBytesPerPartition: 32 * MEBIBYTE })
    for (let n = 0; n < 25; n++) {
      const key = `${n}`.padEnd(8_000_000, 'k')
      const reply = await call(server, 'POST', 'records', body([{ data: 'eA==', partition_key: key }]))
      expect(reply.status).toBe(200)
    }
    // 3 partitions of 32 MiB, which are 48 MiB of text in one byte each, and what parsing left behind.
    expect((await server.measure()).grownMiB).toBeLessThan(250)
  })

  it('is bounded over all partitions, and what is trimmed is gone at once', async () => {
    const streams = [{ name: STREAM, partitions: 60 }]
    const server = await victim({ streams, maxBytes: 64 * MEBIBYTE })
    const data = Buffer.alloc(4 * MEBIBYTE).toString('base64')
    for (let n = 0; n < 70; n++) {
      const partition_id = String(n % 60)
      expect((await call(server, 'POST', 'records', body([{ data, partition_id }]))).status).toBe(200)
    }
    expect((await server.measure()).grownMiB).toBeLessThan(250)
    const own = await victim({ maxBytesPerPartition: 5 * MEBIBYTE })
    for (let n = 0; n < 45; n++) {
      expect((await call(own, 'POST', 'records', body([{ data, partition_id: '0' }]))).status).toBe(200)
    }
    expect((await own.measure()).grownMiB).toBeLessThan(200)
  })

  it('is bounded where the records are tiny, and none keeps the memory of its neighbours', async () => {
    const server = await victim({ maxBytes: 32 * MEBIBYTE })
    // Of each three records one is kept; the others are as large as Node still cuts from a shared slab.
    const filler = Buffer.alloc(4_000).toString('base64')
    const three = [
      { data: 'eA==' },
      { data: filler, partition_id: '9999' },
      { data: filler, partition_id: '9999' }
    ]
    const request = body(Array.from({ length: 1_000 }, () => three).flat())
    for (let n = 0; n < 30; n++) expect((await call(server, 'POST', 'records', request)).status).toBe(200)
    expect((await server.measure()).grownMiB).toBeLessThan(250)
  })

  it('is bounded in partitions that were closed, and DescribeStream stays small', async () => {
    const server = await victim()
    const statuses = new Map<number, number>()
    for (let n = 0; n < 120; n++) {
      const target = JSON.stringify({ target_partition_count: n % 2 === 0 ? 50 : 1 })
      const { status } = await call(server, 'PUT', `streams/${STREAM}`, target)
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
    }
    expect(statuses.get(400)).toBeGreaterThan(0)
    const { text } = await call(server, 'GET', `streams/${STREAM}?limit_partitions=1`)
    expect(text.length).toBeLessThan(30_000)
    expect(JSON.parse(text).readable_partition_count).toBeLessThanOrEqual(1_003)
  })
})
