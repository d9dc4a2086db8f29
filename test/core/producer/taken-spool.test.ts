import { describe, expect, it } from 'vitest'
import type { DisOptions } from '../../../packages/core/src/index.ts'
import type { WarningEvent } from '../../../packages/core/src/report/events.ts'
import {
  assembleProducer,
  ManualClock,
  MemoryDisk,
  type MemoryProcess,
  ScriptedTransport,
  stored
} from '../../../packages/core/src/testing.ts'

/** More ticks than an owner on another machine may be silent. */
const LONG_MS = 120_000

/** A producer of one machine on a disk that several share. */
function life(disk: MemoryDisk, machine: string, options: DisOptions = {}) {
  const clock = new ManualClock()
  const transport = new ScriptedTransport()
  const process: MemoryProcess = disk.process({ machine })
  const warnings: WarningEvent[] = []
  const producer = assembleProducer(
    {
      endpoint: 'http://127.0.0.1:1',
      projectId: 'p',
      streamName: 's',
      credentials: { token: 'T' },
      buffer: { maxBytes: 65_536 },
      spool: { dir: disk.dir, mode: 'always', fsync: 'never', maxBytes: 8_388_608 },
      ...options
    },
    { clock, transport, disk: process, env: {}, hostname: machine, stderr: () => {} }
  )
  producer.on('warning', (event) => warnings.push(event))
  const close = async () => {
    const closed = producer.close({ timeoutMs: 5_000 })
    await clock.advance(5_000)
    return closed
  }
  return { producer, clock, transport, process, warnings, close }
}

/** A producer with `count` lines on disk, which is stopped for long; meanwhile another machine takes them over and sends them. */
async function stopped(count: number, options: { readonly isOver: boolean }) {
  const disk = new MemoryDisk()
  const first = life(disk, 'aaaaaaaaaaaa')
  first.transport.answer(() => ({ kind: 'failure', code: 'ECONNREFUSED', message: 'down', ambiguous: false }))
  for (let n = 0; n < count; n++) first.producer.write(`${n} ${'x'.repeat(1_000)}`)
  await first.clock.advance(6_000)
  first.warnings.length = 0
  const second = life(disk, 'bbbbbbbbbbbb')
  if (!options.isOver) second.transport.answer(() => new Promise(() => {}))
  first.clock.stop(LONG_MS)
  await second.clock.advance(LONG_MS)
  if (options.isOver) {
    expect(second.producer.stats()).toMatchObject({ recovered: count, delivered: count })
    await second.close()
  }
  first.transport.answer((records) => stored(records))
  return { disk, first, second }
}

const codes = ({ warnings }: { readonly warnings: readonly WarningEvent[] }) =>
  warnings.map(({ code }) => code)

describe('a process that was stopped until another one took its spool over', () => {
  it.each([
    ['in memory, too, and the other one still has them', 20, false],
    ['in memory, too, and the other one has sent them', 20, true],
    ['mostly on disk only, and the other one still has them', 200, false],
    ['mostly on disk only, and the other one has sent them', 200, true]
  ])('says that it was taken, once, whatever it does first: its lines are %s', async (_, count, isOver) => {
    for (const go of ['writes', 'waits', 'closes']) {
      const { first } = await stopped(count, { isOver })
      if (go === 'writes') first.producer.write('later')
      if (go === 'closes') await first.close()
      await first.clock.advance(40_000)
      expect([go, codes(first)]).toEqual([go, ['SPOOL_TAKEN']])
      const { written, delivered, rejected, dropped, spooled, buffered, spoolDamaged } =
        first.producer.stats()
      expect(delivered + rejected + dropped + spooled + buffered).toBe(written)
      expect([rejected, dropped, spoolDamaged]).toEqual([0, 0, 0])
      await first.close()
    }
  })

  it('says that folders were deleted where it was not silent for long', async () => {
    const disk = new MemoryDisk()
    const { producer, clock, transport, process, warnings, close } = life(disk, 'aaaaaaaaaaaa')
    transport.answer(() => new Promise(() => {}))
    for (let n = 0; n < 200; n++) producer.write(`${n} ${'x'.repeat(1_000)}`)
    await clock.advance(LONG_MS)
    for (const file of disk.files) process.remove(file)
    for (const name of process.list(disk.dir)) process.removeFolder(`${disk.dir}/${name}`)
    await clock.advance(10_000)
    expect(warnings.map(({ code }) => code)).toContain('SPOOL_DAMAGED')
    expect(warnings.map(({ code }) => code)).not.toContain('SPOOL_TAKEN')
    await close()
  })
})
