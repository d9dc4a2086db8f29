import { describe, expect, it } from 'vitest'
import type { DisOptions } from '../../../packages/core/src/index.ts'
import {
  assembleProducer,
  ManualClock,
  MemoryDisk,
  type MemoryProcess,
  ScriptedTransport,
  stored
} from '../../../packages/core/src/testing.ts'

/** A producer on a disk in memory. It drops what does not fit into memory. */
function life(disk: MemoryDisk, options: DisOptions = {}, machine: MemoryProcess = disk.process()) {
  const clock = new ManualClock()
  const transport = new ScriptedTransport()
  const producer = assembleProducer(
    {
      endpoint: 'http://127.0.0.1:1',
      projectId: 'p',
      streamName: 's',
      credentials: { token: 'T' },
      buffer: { maxBytes: 65_536, onFull: 'dropNewest' },
      spool: { dir: disk.dir, mode: 'overflow', fsync: 'never', maxBytes: 8_388_608 },
      ...options
    },
    { clock, transport, disk: machine, env: {}, hostname: 'h', stderr: () => {} }
  )
  const close = async () => {
    const closed = producer.close({ timeoutMs: 1_000 })
    await clock.advance(1_000)
    return closed
  }
  return { producer, clock, transport, close }
}

/** A disk on which a producer left lines, and a notice of those that it dropped. */
async function withNotice(): Promise<{ readonly disk: MemoryDisk; readonly saved: number }> {
  const disk = new MemoryDisk()
  const { producer, transport, close } = life(disk)
  transport.answer(() => new Promise(() => {}))
  for (let n = 0; n < 100; n++) producer.write(`${n} ${'x'.repeat(1_000)}`)
  const { spooled, dropped } = await close()
  expect(dropped).toBeGreaterThan(10)
  expect(spooled + dropped).toBe(100)
  return { disk, saved: spooled }
}

const notices = ({ data }: ScriptedTransport) => data.filter((text) => text.includes('dis_dropped'))

describe('a notice of dropped lines that one process leaves in the spool', () => {
  it('is sent by the next one, and is in no count there either', async () => {
    const { disk, saved } = await withNotice()
    const { producer, clock, transport, close } = life(disk)
    await clock.advance(10_000)
    expect(notices(transport)).toHaveLength(1)
    expect(transport.data).toHaveLength(saved + 1)
    expect(producer.stats()).toMatchObject({
      written: saved,
      recovered: saved,
      delivered: saved,
      buffered: 0,
      spooled: 0
    })
    await close()
    expect(disk.files).toEqual([])
  })

  it('is in no count after two takeovers, and if it is refused for good', async () => {
    const { disk, saved } = await withNotice()
    const second = life(disk)
    second.transport.answer(() => new Promise(() => {}))
    await second.clock.advance(1_000)
    await expect(second.close()).resolves.toMatchObject({ spooled: saved, delivered: 0 })
    const third = life(disk)
    third.transport.answer((records) =>
      stored(records, Object.fromEntries(records.map((_, index) => [index, 'DIS.4302'])))
    )
    await third.clock.advance(10_000)
    expect(third.producer.stats()).toMatchObject({ written: saved, rejected: saved, spooled: 0, buffered: 0 })
    await third.close()
    expect(disk.files).toEqual([])
  })

  it('is in no count where it is given up for younger lines', async () => {
    const { disk, saved } = await withNotice()
    const { producer, clock, transport, close } = life(disk, {
      spool: { dir: disk.dir, mode: 'always', fsync: 'never', maxBytes: 1_048_576 }
    })
    transport.answer(() => new Promise(() => {}))
    await clock.advance(100)
    for (let n = 0; n < 2_000; n++) producer.write(`${n} ${'y'.repeat(1_000)}`)
    await clock.advance(1_000)
    const { written, dropped, spooled, buffered, recovered } = producer.stats()
    expect(recovered).toBe(saved)
    expect(written).toBe(saved + 2_000)
    expect(dropped + spooled + buffered).toBe(written)
    await close()
  })
})
