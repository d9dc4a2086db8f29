import { describe, expect, it } from 'vitest'
import type { DisOptions } from '../../../packages/core/src/index.ts'
import {
  assembleProducer,
  ManualClock,
  MemoryDisk,
  ScriptedTransport,
  stored
} from '../../../packages/core/src/testing.ts'

/** A producer on a disk in memory, whose service is down at first. */
function life(disk: MemoryDisk, options: DisOptions = {}) {
  const clock = new ManualClock()
  const transport = new ScriptedTransport(() => ({
    kind: 'failure',
    code: 'ECONNREFUSED',
    message: 'down',
    ambiguous: false
  }))
  const process = disk.process()
  const events: { readonly name: string; readonly code: string; readonly lines: number }[] = []
  const producer = assembleProducer(
    {
      endpoint: 'http://127.0.0.1:1',
      projectId: 'p',
      streamName: 's',
      credentials: { token: 'T' },
      buffer: { maxBytes: 65_536 },
      spool: { dir: disk.dir, mode: 'overflow', fsync: 'never', maxBytes: 8_388_608 },
      ...options
    },
    { clock, transport, disk: process, env: {}, hostname: 'h', stderr: () => {} }
  )
  producer.on('warning', ({ code }) => events.push({ name: 'warning', code, lines: 0 }))
  producer.on('dropped', ({ reason, lines }) => events.push({ name: 'dropped', code: reason, lines }))
  const up = () => {
    transport.batches.length = 0
    transport.answer((records) => stored(records))
  }
  const write = (count: number) => {
    for (let n = 0; n < count; n++) producer.write(`line-${n} ${'x'.repeat(1_000)}`)
  }
  const close = async (timeoutMs = 1_000) => {
    const closed = producer.close({ timeoutMs })
    await clock.advance(timeoutMs)
    return closed
  }
  /** Changes one byte of a line that is on disk. */
  const damage = (text: string) => {
    for (const path of disk.files.filter((name) => name.endsWith('.log'))) {
      const at = disk.contents(path).indexOf(text)
      if (at >= 0) process.open(path, 'write').write(Buffer.from('#'), 0, at)
    }
  }
  return { producer, clock, transport, process, events, up, write, close, damage }
}

const drops = ({ events }: ReturnType<typeof life>) => events.filter(({ name }) => name === 'dropped')
const numbers = ({ data }: ScriptedTransport) => {
  return data.filter((text) => text.startsWith('line-')).map((text) => Number.parseInt(text.slice(5), 10))
}
const all = (count: number) => Array.from({ length: count }, (_, n) => n)

describe('lines in damaged places of the spool', () => {
  it('are dropped and told by the process that wrote them, and the books come to zero', async () => {
    const disk = new MemoryDisk()
    const one = life(disk)
    const { producer, clock, transport, up, write, close, damage } = one
    write(300)
    await clock.advance(100)
    for (const n of [150, 151, 200, 299]) damage(`line-${n} `)
    up()
    await clock.advance(120_000)
    expect(numbers(transport)).toHaveLength(296)
    expect(producer.stats()).toMatchObject({
      written: 300,
      delivered: 296,
      dropped: 4,
      spooled: 0,
      buffered: 0,
      spoolDamaged: 4
    })
    expect(drops(one)).toEqual([{ name: 'dropped', code: 'spool-damaged', lines: 4 }])
    const notices = transport.data.filter((text) => text.includes('dis_dropped'))
    expect(notices.map((text) => JSON.parse(text))).toMatchObject([
      { msg: '4 log lines dropped before this one: the spool was damaged', dis_dropped: { lines: 4 } }
    ])
    await expect(close()).resolves.toMatchObject({ delivered: 296, dropped: 4, spooled: 0, pending: 0 })
  })

  it('are in the report of the flush that covers them', async () => {
    const disk = new MemoryDisk()
    const { producer, clock, up, write, damage, close } = life(disk)
    write(200)
    await clock.advance(100)
    damage('line-190 ')
    up()
    await clock.advance(120_000)
    const flushed = producer.flush()
    await clock.advance(100)
    await expect(flushed).resolves.toMatchObject({ delivered: 199, dropped: 1, spooled: 0, pending: 0 })
    await close()
  })

  it('of an earlier process were never written here: they are damage, and no count of lines', async () => {
    const disk = new MemoryDisk()
    const first = life(disk)
    first.write(20)
    await first.close()
    first.damage('line-7 ')
    const second = life(disk)
    second.up()
    await second.clock.advance(60_000)
    expect(second.producer.stats()).toMatchObject({
      recovered: 19,
      written: 19,
      delivered: 19,
      spoolDamaged: 1
    })
    expect(drops(second)).toEqual([])
    await second.close()
  })

  it('are dropped with the file, if all of it is damaged, and if somebody deletes it', async () => {
    for (const how of ['unreadable', 'deleted']) {
      const disk = new MemoryDisk()
      // Small segments: a file that is open can be read though it is deleted.
      const one = life(disk, { spool: { dir: disk.dir, mode: 'overflow', maxBytes: 1_048_576 } })
      const { producer, clock, process, up, write, close } = one
      write(300)
      await clock.advance(100)
      const before = producer.stats()
      expect(before.spooled).toBeGreaterThan(200)
      if (how === 'unreadable') disk.failAt({ operation: 'read', nth: 1, code: 'EIO', isLasting: true })
      else {
        const [path = '', ...more] = disk.files.filter((name) => name.endsWith('.log'))
        for (const name of [path, ...more]) process.remove(name)
        process.removeFolder(path.slice(0, path.lastIndexOf('/')))
      }
      up()
      await clock.advance(120_000)
      disk.repair()
      await clock.advance(120_000)
      const { written, delivered, dropped, spooled, buffered } = producer.stats()
      expect([how, spooled, buffered, delivered + dropped]).toEqual([how, 0, 0, written])
      expect([how, dropped]).toEqual([how, before.spooled])
      expect(new Set(drops(one).map(({ code }) => code))).toEqual(new Set(['spool-damaged']))
      expect(drops(one).reduce((sum, { lines }) => sum + lines, 0)).toBe(dropped)
      await close()
    }
  })
})

describe('a read of the spool that fails once', () => {
  it.each([1, 2])('or %i times is tried again, and nothing is set aside or sent twice', async (times) => {
    for (const operation of ['open', 'read'] as const) {
      // Every moment at which the start of the next process reads.
      for (let nth = 1; nth <= 6; nth++) {
        const disk = new MemoryDisk()
        const first = life(disk, { spool: { dir: disk.dir, mode: 'always', fsync: 'never' } })
        first.up()
        first.write(5)
        await first.clock.advance(1_000)
        first.transport.answer(() => new Promise(() => {}))
        first.write(20)
        await first.clock.advance(1_000)
        await first.close()
        const second = life(disk)
        second.up()
        for (let time = 0; time < times; time++) disk.failAt({ operation, nth, code: 'EIO' })
        await second.clock.advance(60_000)
        const text = `${operation} ${nth}`
        expect([text, numbers(second.transport)]).toEqual([text, all(20)])
        expect([text, second.producer.stats().spoolDamaged]).toEqual([text, 0])
        await second.close()
        expect([text, disk.files]).toEqual([text, []])
      }
    }
  })

  it('loses nothing of the process that wrote it', async () => {
    const disk = new MemoryDisk()
    const one = life(disk)
    const { producer, clock, transport, up, write, close } = one
    write(300)
    await clock.advance(100)
    disk.failAt({ operation: 'read', nth: 1, code: 'EIO' })
    up()
    await clock.advance(120_000)
    expect(disk.failures).toBe(1)
    expect(numbers(transport)).toEqual(all(300))
    expect(producer.stats()).toMatchObject({ delivered: 300, spooled: 0, spoolDamaged: 0 })
    await close()
  })

  it('three times is enough: the file is set aside, and what comes after it goes on', async () => {
    const disk = new MemoryDisk()
    const first = life(disk)
    first.write(20)
    await first.close()
    const second = life(disk)
    second.up()
    for (let time = 1; time <= 3; time++) disk.failAt({ operation: 'read', nth: 1, code: 'EIO' })
    second.write(1)
    await second.clock.advance(60_000)
    expect(second.events.map(({ code }) => code)).toContain('SPOOL_DAMAGED')
    expect(second.producer.stats()).toMatchObject({ delivered: 1, spoolDamaged: 1 })
    expect(disk.files.filter((path) => path.includes('unreadable'))).toHaveLength(1)
    await second.close()
  })
})
