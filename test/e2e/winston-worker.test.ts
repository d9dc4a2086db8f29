import { once } from 'node:events'
import type { Worker } from 'node:worker_threads'
import { createLocalDis, type LocalDis, type LocalDisOptions } from '@dis-logs/local'
import { afterEach, describe, expect, it, vi } from 'vitest'
import winston from 'winston'
import { DisTransport } from 'winston-dis'
import { arrivals, compare, optionsFor, STREAM } from './arrivals.ts'

let dis: LocalDis
afterEach(() => dis?.close())

async function start(options: Partial<LocalDisOptions> = {}): Promise<void> {
  dis = await createLocalDis({
    port: 0,
    streams: [{ name: STREAM, partitions: 3 }],
    limits: false,
    ...options
  })
}

async function end(logger: winston.Logger): Promise<void> {
  const finished = once(logger, 'finish')
  logger.end()
  await finished
}

describe('a winston transport with a worker', () => {
  it('says that a function needs worker: false', async () => {
    await start()
    const options = { ...optionsFor(dis), partitionKey: () => 'k' }
    // @ts-expect-error TypeScript says it before.
    expect(() => new DisTransport(options)).toThrow(
      /partitionKey: got a function; a function cannot cross into the worker: .*\(worker: false, disStream\)/
    )
    const dis_ = new DisTransport({ ...options, worker: false })
    dis_.close()
  })

  it('names a folder of the spool that cannot be used, at construction', async () => {
    await start()
    expect(() => new DisTransport({ ...optionsFor(dis), spool: { dir: '/dev/null/spool' } })).toThrow(
      /spool\.dir: got '\/dev\/null\/spool' \(ENOTDIR/
    )
  })

  async function withWorker() {
    await start({ faults: [{ kind: 'hang' }] })
    const started = once(process, 'worker')
    const dis_ = new DisTransport({ ...optionsFor(dis), batch: { lingerMs: 20 } })
    const [thread]: Worker[] = (await started) as [Worker]
    const dropped = vi.fn()
    dis_.on('dropped', dropped)
    const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    const logger = winston.createLogger({ transports: [dis_] })
    for (let n = 0; n < 100; n++) logger.info('early', { n: 1_000 + n })
    async function killThread() {
      const warned = once(dis_, 'warning')
      await thread?.terminate()
      await expect(warned).resolves.toMatchObject([{ code: 'WORKER' }])
      const said = stderr.mock.calls.join('')
      stderr.mockRestore()
      await dis.faults.clear()
      return said
    }
    return { dis_, logger, dropped, killThread }
  }

  it('goes on in this process when the worker dies, and counts what died with it', async () => {
    const { dis_, logger, dropped, killThread } = await withWorker()
    await vi.waitFor(() => expect(dis_.stats().inFlight).toBe(1), 10_000)
    expect(await killThread()).toMatch(/\[dis-logs\] WORKER: .*up to 100 log lines went with it — /)
    expect(dropped.mock.calls).toMatchObject([[{ reason: 'worker', lines: 100 }]])
    for (let n = 0; n < 50; n++) logger.info('kept', { n })
    expect(await dis_.flush()).toEqual({ delivered: 50, rejected: 0, dropped: 100, spooled: 0, pending: 0 })
    await end(logger)
    expect(dis_.stats()).toMatchObject({ written: 150, delivered: 50, dropped: 100, buffered: 0 })
    expect(compare(await arrivals(dis), 50)).toEqual({ missing: [], repeated: [] })
  })

  it('loses nothing that the worker had not taken when it died', async () => {
    const { dis_, logger, dropped, killThread } = await withWorker()
    expect(await killThread()).toMatch(/up to 0 log lines went with it — /)
    expect(await dis_.flush()).toMatchObject({ delivered: 100, dropped: 0, pending: 0 })
    await end(logger)
    expect(dropped).not.toHaveBeenCalled()
    expect(dis_.stats()).toMatchObject({ written: 100, delivered: 100, buffered: 0 })
  })

  it('adds one listener to the process for any number of transports, and takes it back', async () => {
    await start()
    const before = process.listenerCount('exit')
    const transports = Array.from({ length: 5 }, () => new DisTransport(optionsFor(dis)))
    expect(process.listenerCount('exit')).toBe(before + 1)
    await Promise.all(transports.map((one) => new Promise<void>((resolve) => one._final(() => resolve()))))
    expect(process.listenerCount('exit')).toBe(before)
  })
})
