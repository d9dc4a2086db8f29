import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { createProducer } from '@dis-logs/core'
import { collectMetrics } from '@dis-logs/core/prometheus'
import type { LocalDis } from '@dis-logs/local'
import { Counter, register as own, Registry } from 'prom-client'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { PROMETHEUS_NAMES } from '../../packages/core/src/metrics/table.ts'
import { KINDS, optionsFor, STREAM, serve } from './loggers.ts'

let dis: LocalDis
afterEach(() => dis?.close())

/** The value of a series in a scrape, by name and labels as they stand there. */
function valueIn(text: string, series: string): number | undefined {
  const line = text.split('\n').find((each) => each.startsWith(`${series} `))
  return line === undefined ? undefined : Number(line.slice(series.length + 1))
}

describe.each(KINDS)('a scrape, of a producer in %s', (_, make) => {
  it('has every metric, with what its counters say', async () => {
    dis = await serve({ kind: 'error', status: 503, code: 'DIS.5000', message: 'busy', times: 1 })
    const register = new Registry()
    const logger = make(optionsFor(dis))
    const stop = collectMetrics(logger.source, { register, name: 'web' })
    for (let n = 0; n < 20; n++) logger.log(n)
    await logger.flush()
    const who = `producer="web",stream="${STREAM}"`
    let text = ''
    await vi.waitFor(
      async () => {
        text = await register.metrics()
        expect(valueIn(text, `dis_logs_records_sent_total{${who},error_type=""}`)).toBe(20)
      },
      { timeout: 20_000 }
    )
    expect(valueIn(text, `dis_logs_up{${who}}`)).toBe(1)
    expect(valueIn(text, `dis_logs_lines_written_total{${who}}`)).toBe(20)
    expect(valueIn(text, `dis_logs_lines_delivered_total{${who}}`)).toBe(20)
    expect(valueIn(text, `dis_logs_lines_buffered{${who}}`)).toBe(0)
    expect(valueIn(text, `dis_logs_lines_dropped_total{${who},reason="buffer-full"}`)).toBe(0)
    expect(valueIn(text, `dis_logs_buffer_capacity_bytes{${who}}`)).toBe(64 * 1024 * 1024)
    expect(valueIn(text, `dis_logs_oldest_line_age_seconds{${who}}`)).toBe(0)
    const failed = `{le="+Inf",${who},outcome="retry",error_type="DIS.5000"}`
    expect(valueIn(text, `dis_logs_request_duration_seconds_bucket${failed}`)).toBe(1)
    expect(text).toMatch(
      /dis_logs_partition_records_total\{.*partition="shardId-\d+",outcome="delivered"\} \d/
    )
    for (const name of PROMETHEUS_NAMES) expect(text).toContain(`# TYPE dis_logs_${name} `)
    await logger.end()
    stop()
    expect(await register.metrics()).toBe('\n')
  })
})

describe('a registry', () => {
  it('tells two producers apart, and forgets one that is taken out', async () => {
    dis = await serve()
    const register = new Registry()
    const [one, other] = [createProducer(optionsFor(dis)), createProducer(optionsFor(dis))]
    onTestFinished(async () => void (await Promise.all([one.close(), other.close()])))
    const stop = collectMetrics(one, { register })
    collectMetrics(other, { register })
    one.write('a')
    for (const line of ['b', 'c']) other.write(line)
    await Promise.all([one.flush(), other.flush()])
    const text = await register.metrics()
    const series = ({ producerId }: { producerId: string }) =>
      `dis_logs_lines_delivered_total{producer="${producerId}",stream="${STREAM}"}`
    expect(valueIn(text, series(one.stats()))).toBe(1)
    expect(valueIn(text, series(other.stats()))).toBe(2)
    expect(text).toContain(`dis_logs_records_sent_total{producer="${one.stats().producerId}"`)
    stop()
    const later = await register.metrics()
    expect(valueIn(later, series(one.stats()))).toBeUndefined()
    expect(valueIn(later, series(other.stats()))).toBe(2)
  })

  it('refuses two producers of one name, and names that are taken, and stays as it was', async () => {
    dis = await serve()
    const register = new Registry()
    const producer = createProducer(optionsFor(dis))
    onTestFinished(async () => void (await producer.close()))
    collectMetrics(producer, { register, name: 'web' })
    expect(() => collectMetrics(producer, { register, name: 'web' })).toThrow(
      "another producer is collected as 'web' already: give each its own name"
    )
    const taken = new Registry()
    new Counter({ name: 'dis_logs_lines_written_total', help: 'of somebody else', registers: [taken] })
    expect(() => collectMetrics(producer, { register: taken })).toThrow(
      "the registry has a metric dis_logs_lines_written_total already, which is another one: give a prefix, as { prefix: 'app_dis_logs_' }"
    )
    expect(taken.getMetricsAsArray()).toHaveLength(1)
    collectMetrics(producer, { register: taken, prefix: 'app_dis_logs_' })
    expect(await taken.metrics()).toContain('app_dis_logs_up{')
  })

  it('is scraped although a producer does not answer: its last counters stay, and it is down', async () => {
    dis = await serve()
    const register = new Registry()
    const producer = createProducer(optionsFor(dis))
    onTestFinished(async () => void (await producer.close()))
    let answer = () => Promise.resolve(producer.stats())
    collectMetrics(() => answer(), { register, name: 'web' })
    producer.write('a')
    await producer.flush()
    await register.metrics()
    for (const broken of [
      () => Promise.reject(new Error('the transport has ended')),
      () => new Promise<never>(() => {})
    ]) {
      answer = broken
      const text = await register.metrics()
      expect(valueIn(text, `dis_logs_up{producer="web",stream="${STREAM}"}`)).toBe(0)
      expect(valueIn(text, `dis_logs_lines_delivered_total{producer="web",stream="${STREAM}"}`)).toBe(1)
    }
  })

  it("is prom-client's own one, if none is given", async () => {
    dis = await serve()
    const producer = createProducer(optionsFor(dis))
    const stop = collectMetrics(producer)
    expect(await own.metrics()).toContain('dis_logs_up{')
    stop()
    expect(own.getMetricsAsArray()).toEqual([])
    await producer.close()
  })
})

describe('a cluster', () => {
  it('is one sum over its workers, and the highest age', async () => {
    dis = await serve()
    const app = new URL('cluster.mjs', import.meta.url).pathname
    const options = JSON.stringify(optionsFor(dis))
    const { stdout } = await promisify(execFile)(process.execPath, [app, options], { timeout: 25_000 })
    const who = `producer="0.1",stream="${STREAM}"`
    expect(valueIn(stdout, `dis_logs_lines_delivered_total{${who}}`)).toBe(30)
    expect(valueIn(stdout, `dis_logs_records_sent_total{${who},error_type=""}`)).toBe(30)
    expect(valueIn(stdout, `dis_logs_up{${who}}`)).toBe(1)
    expect(valueIn(stdout, `dis_logs_buffer_capacity_bytes{${who}}`)).toBe(2 * 64 * 1024 * 1024)
  })
})
