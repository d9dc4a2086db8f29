import { describe, expect, it } from 'vitest'
import { REAL_LIMITS, WriteBucket } from '../../packages/local/src/limits.ts'
import { entries, errorsOf, manualClock, record, STREAM, send, start } from './calls.ts'

const many = (count: number) =>
  Array.from({ length: count }, (_, n) => record(String(n), { partition_id: '0' }))
const throttled = (codes: readonly unknown[]) => codes.filter((code) => code === 'DIS.4303').length

describe('the rate limits of a partition', () => {
  it('take 1,000 records at once and throttle the rest, each by itself', async () => {
    const dis = await start({ clock: manualClock().now })
    const reply = await send(dis, many(1_005))
    expect(reply.status).toBe(200)
    expect(reply.json['failed_record_count']).toBe(5)
    expect(errorsOf(reply).slice(999)).toEqual([undefined, ...new Array(5).fill('DIS.4303')])
    expect(entries(reply).at(-1)).toEqual({
      error_code: 'DIS.4303',
      error_message: 'Exceeded traffic control limit'
    })
    expect(await dis.records(STREAM)).toHaveLength(1_000)
  })

  it('fill again with time', async () => {
    const clock = manualClock()
    const dis = await start({ clock: clock.now })
    await send(dis, many(1_000))
    clock.advance(250)
    expect(throttled(errorsOf(await send(dis, many(300))))).toBe(50)
    clock.advance(60_000)
    expect(throttled(errorsOf(await send(dis, many(1_100))))).toBe(100)
  })

  it('belong to each partition by itself', async () => {
    const dis = await start({ clock: manualClock().now })
    await send(dis, many(1_000))
    expect(
      errorsOf(await send(dis, [record('x', { partition_id: '0' }), record('x', { partition_id: '1' })]))
    ).toEqual(['DIS.4303', undefined])
  })

  it('throttle a large record and still take a small one behind it', async () => {
    const dis = await start({ clock: manualClock().now })
    await send(dis, [record('x'.repeat(1_000_000), { partition_id: '0' })])
    const sizes = [40_000, 50_000, 8_000]
    const reply = await send(
      dis,
      sizes.map((size) => record('x'.repeat(size), { partition_id: '0' }))
    )
    expect(errorsOf(reply)).toEqual([undefined, 'DIS.4303', undefined])
  })

  it('are twice the records and five times the bytes for ADVANCED', async () => {
    const dis = await start({ clock: manualClock().now, streams: [{ name: STREAM, type: 'ADVANCED' }] })
    expect(throttled(errorsOf(await send(dis, many(2_001))))).toBe(1)
    expect(REAL_LIMITS.ADVANCED.rate.bytesPerSecond).toBe(5 * REAL_LIMITS.COMMON.rate.bytesPerSecond)
  })

  it('can be switched off, set, and changed while the server runs', async () => {
    const clock = manualClock()
    const dis = await start({ clock: clock.now, limits: { recordsPerSecond: 2, burstMs: 1_000 } })
    expect(throttled(errorsOf(await send(dis, many(5))))).toBe(3)
    dis.setLimits(false)
    expect(throttled(errorsOf(await send(dis, many(5_000))))).toBe(0)
    dis.setLimits(true)
    expect(throttled(errorsOf(await send(dis, many(1_001))))).toBe(1)
    expect(dis.stats().recordsThrottled).toBe(4)
  })
})

describe('a bucket', () => {
  const rate = { recordsPerSecond: 10, bytesPerSecond: 100, burstMs: 1_000 }

  it('takes nothing when it says no', () => {
    const bucket = new WriteBucket(rate, 0)
    expect([bucket.take(60, 0), bucket.take(60, 0), bucket.take(40, 0), bucket.take(1, 0)]).toEqual([
      true,
      false,
      true,
      false
    ])
  })

  it('lets a record larger than itself through when full, and is in debt afterwards', () => {
    const bucket = new WriteBucket(rate, 0)
    expect(bucket.take(250, 0)).toBe(true)
    expect([bucket.take(1, 1_500), bucket.take(1, 1_520)]).toEqual([false, true])
  })

  it('adds nothing when the clock is set back', () => {
    const bucket = new WriteBucket(rate, 10_000)
    for (let n = 0; n < 10; n++) bucket.take(1, 10_000)
    expect([bucket.take(1, 0), bucket.take(1, 50), bucket.take(1, 100)]).toEqual([false, false, true])
  })
})
