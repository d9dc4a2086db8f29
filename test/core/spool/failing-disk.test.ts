import { describe, expect, it, vi } from 'vitest'
import { LineStore } from '../../../packages/core/src/queue/line-store.ts'
import {
  afterKill,
  type DiskFault,
  type DiskOperation,
  type FaultCode,
  type MemoryDisk
} from '../../../packages/core/src/testing.ts'
import { isThorough } from '../../thorough.ts'
import type { WrittenLine } from './lives.ts'
import { type ProducerLife, ProducerLives } from './producer-lives.ts'

type Mode = 'always' | 'overflow'

/** How the story of a cell ends. */
const ENDINGS = ['the disk is well again', 'it is killed', 'it is closed'] as const
type Ending = (typeof ENDINGS)[number]

interface Row {
  readonly operation: DiskOperation
  readonly codes: readonly FaultCode[]
  readonly short?: number
}

/** Operations while a producer runs. */
const TABLE: readonly Row[] = [
  { operation: 'create', codes: ['ENOSPC', 'EMFILE', 'EIO'] },
  { operation: 'open', codes: ['EMFILE', 'EIO'] },
  { operation: 'read', codes: ['EIO'] },
  { operation: 'write', codes: ['ENOSPC', 'EDQUOT', 'EFBIG', 'EIO'] },
  { operation: 'write', codes: ['ENOSPC', 'EIO'], short: 700 },
  { operation: 'truncate', codes: ['EIO'] },
  { operation: 'sync', codes: ['EIO', 'ENOSPC'] },
  { operation: 'syncFolder', codes: ['EIO'] },
  { operation: 'rename', codes: ['EIO', 'ENOSPC'] },
  { operation: 'remove', codes: ['EIO', 'EROFS'] },
  { operation: 'removeFolder', codes: ['EIO'] },
  { operation: 'makeFolder', codes: ['ENOSPC', 'EROFS'] },
  { operation: 'list', codes: ['EIO', 'EMFILE'] },
  { operation: 'stat', codes: ['EIO'] },
  { operation: 'touch', codes: ['EIO', 'EROFS'] },
  { operation: 'close', codes: ['EIO'] }
]

const MOST_USES = 30
/** Far more operations than a story needs: a disk that fails is not asked again and again. */
const MOST_OPERATIONS = 5_000

/** What an earlier process has left on the disk. */
interface Before {
  readonly disk: MemoryDisk
  readonly written: readonly WrittenLine[]
}

async function earlier(): Promise<Before> {
  const lives = new ProducerLives('always')
  lives.isDown = true
  const life = lives.begin('always')
  for (let turn = 0; turn < 4; turn++) await life.write('abcabc', 1_000)
  await life.kill()
  return lives
}

/** Runs the story of one cell; returns what is wrong, or `undefined` if the fault did not come about. */
async function tell(
  before: Before,
  mode: Mode,
  fault: DiskFault,
  ending: Ending
): Promise<readonly string[] | undefined> {
  const disk = afterKill(before.disk, before.disk.history.length).disk()
  const lives = new ProducerLives(mode === 'always' ? 'always' : 'interval', disk)
  lives.written.push(...before.written)
  const wrong: string[] = []
  lives.isDown = true
  const life = lives.begin(mode, { spool: { dir: disk.dir, mode, fsync: lives.fsync, maxBytes: 1_048_576 } })
  const step = async (text: string, action: () => Promise<void>) => {
    if (disk.uses() > MOST_OPERATIONS) return
    await action().catch((error: unknown) => wrong.push(`${text}: ${String(error)}`))
    wrong.push(...faultsOfBooks(life).map((what) => `${text}: ${what}`))
  }
  const wait = async (ms: number) => {
    for (let waited = 0; waited < ms && disk.uses() <= MOST_OPERATIONS; waited += 100) await life.advance(100)
  }
  disk.failAt(fault)
  for (let turn = 0; turn < 5; turn++) await step('down', () => life.write('abcabc', 8_000))
  await step('down', () => wait(6_000))
  lives.isDown = false
  await step('up', () => wait(2_000))
  await step('up', () => life.write('abc', 10))
  lives.isDown = true
  for (let turn = 0; turn < 3; turn++) await step('down again', () => life.write('abcabc', 8_000))
  await step('down again', () => wait(6_000))
  await step('down again', () => life.write('abcabc', 8_000))
  let mayBeLost = 0
  if (ending === 'it is closed') {
    await step('closed', () => life.close())
    mayBeLost = life.producer.stats().dropped
  }
  const isOver = disk.failures === 0
  if (disk.uses() > MOST_OPERATIONS) return ['it asks the disk again and again']
  disk.repair()
  if (ending !== 'it is closed') {
    await step('repaired', () => wait(10_500))
    await step('repaired', () => life.write('abc', 10))
    const { buffered } = life.producer.stats()
    if (mode === 'always' && buffered > 0) wrong.push(`${buffered} lines are not on the disk, which is well`)
    lives.isDown = false
    if (ending === 'it is killed') {
      mayBeLost = buffered
      await life.kill()
    } else {
      await step('well', () => wait(120_000))
      await step('closed', () => life.close())
    }
  }
  lives.isDown = false
  if (ending !== 'the disk is well again') {
    const next = lives.begin(mode)
    await next.advance(120_000)
    await next.close()
  }
  if (isOver) return undefined
  const mayOvertake = fault.isLasting === true && SEARCHES.has(fault.operation)
  const faults = faultsOfArrivals(lives, mayBeLost)
  return [...wrong, ...(mayOvertake ? faults.filter((text) => !text.includes(' after ')) : faults)]
}

function faultsOfBooks({ producer, warnings }: ProducerLife): string[] {
  const { written, delivered, rejected, dropped, spooled, buffered } = producer.stats()
  const sum = delivered + rejected + dropped + spooled + buffered
  return [
    ...(written === sum && Math.min(delivered, rejected, dropped, spooled, buffered) >= 0
      ? []
      : [`the books: ${JSON.stringify({ written, delivered, rejected, dropped, spooled, buffered })}`]),
    ...warnings.filter(({ code }) => code === 'BUG').map(({ message }) => message)
  ]
}

/**
 * A folder that cannot be searched keeps new lines waiting for three ticks, not for ever: after that they may overtake those of an
 * earlier life.
 */
const SEARCHES: ReadonlySet<string> = new Set(['list', 'stat', 'rename'])

function faultsOfArrivals(lives: ProducerLives, mayBeLost: number): string[] {
  const left = lives.disk.files.filter((path) => !path.includes('unreadable'))
  return [...lostOrLate(lives, mayBeLost), ...(left.length > 0 ? [`left ${left.join(' ')}`] : [])]
}

/** Lines that have not arrived, and first arrivals of a key that are out of order. */
function lostOrLate({ disk, written, arrived }: ProducerLives, mayBeLost: number): string[] {
  const faults: string[] = []
  const there = new Set(arrived)
  const aside = new Set(numbersAside(disk))
  const missing = written.filter(({ n }) => !there.has(n) && !aside.has(n))
  if (missing.length > mayBeLost)
    faults.push(`lost ${missing.map(({ n }) => n).join(' ')} (allowed: ${mayBeLost})`)
  const last = new Map<string, number>()
  for (const n of there) {
    const key = written[n]?.key ?? ''
    if (n < (last.get(key) ?? -1)) faults.push(`${n} after ${last.get(key)}`)
    last.set(key, n)
  }
  return faults
}

/** Lines in files that were set aside for an operator. */
function numbersAside(disk: MemoryDisk): number[] {
  return disk.files
    .filter((path) => path.includes('unreadable'))
    .flatMap((path) => [
      ...disk
        .contents(path)
        .toString('latin1')
        .matchAll(/\{"n":(\d+)/g)
    ])
    .map(([, n]) => Number(n))
}

let cells = 0

describe.each(TABLE)("when '$operation' fails ($codes, short: $short)", ({ operation, codes, short }) => {
  const cases = (['always', 'overflow'] as const).flatMap((mode) =>
    ENDINGS.flatMap((ending) => [false, true].map((isLasting) => ({ mode, ending, isLasting })))
  )
  it.each(cases)(
    'in mode $mode, lasting: $isLasting, and then $ending, no line is lost',
    async ({ mode, ending, isLasting }) => {
      const before = await earlier()
      const wrong: string[] = []
      for (const [first, code] of codes.entries()) {
        // The codes in turn, one for each use; or each of them at each use.
        const step = isThorough ? 1 : codes.length
        for (let nth = isThorough ? 1 : first + 1; nth <= MOST_USES && wrong.length < 3; nth += step) {
          const fault = { operation, nth, code, isLasting, ...(short === undefined ? {} : { short }) }
          const faults = await tell(before, mode, fault, ending)
          if (faults === undefined) break
          cells++
          if (faults.length > 0) wrong.push(`use ${nth}, ${code}: ${faults.slice(0, 4).join('; ')}`)
        }
      }
      expect(wrong).toEqual([])
    }
  )
})

/** Another owner renames all parts to its own name, as one that heard no heartbeat does. */
function steal(disk: MemoryDisk): void {
  const thief = disk.process({ machine: 'cccccccccccc' })
  const owner = 'cccccccccccc-00000000000000ff'
  thief.lock(`${disk.dir}/${owner}.lock`)
  for (const part of partsOf(disk)) thief.rename(part, part.replace(/.{29}$/, owner))
}

/** Somebody deletes all segments. */
function deleteSegments(disk: MemoryDisk): void {
  const other = disk.process()
  for (const path of disk.files) if (path.endsWith('.log')) other.remove(path)
}

function partsOf(disk: MemoryDisk): string[] {
  return [
    ...new Set(disk.files.filter((path) => path.endsWith('.log')).map((path) => path.replace(/\/[^/]*$/, '')))
  ]
}

function down(fsync: 'always' | 'never' = 'never'): ProducerLives {
  const lives = new ProducerLives(fsync)
  lives.isDown = true
  return lives
}

const spoolOf = ({ disk }: ProducerLives, maxBytes: number, mode: Mode) =>
  ({ dir: disk.dir, mode, fsync: 'never', maxBytes }) as const

describe('when another process has taken the spool', () => {
  it('the books balance, and the lines are on disk again soon', async () => {
    const lives = down()
    const life = lives.begin('always')
    await life.write('abc', 100)
    steal(lives.disk)
    await life.advance(2_000)
    await life.write('abc', 100)
    expect(faultsOfBooks(life)).toEqual([])
    await life.advance(10_500)
    expect(faultsOfBooks(life)).toEqual([])
    expect(life.producer.stats()).toMatchObject({ spooled: 6, buffered: 0 })
    await life.close()
  })

  it('a line that finds it out is not on disk before the older ones', async () => {
    const lives = down()
    const life = lives.begin('always', { spool: spoolOf(lives, 1_048_576, 'always') })
    for (let turn = 0; turn < 20; turn++) await life.write('a', 4_000)
    steal(lives.disk)
    deleteSegments(lives.disk)
    await life.advance(2_000)
    // More than the write buffer holds, in one run of code.
    await life.write('a'.repeat(40), 8_000)
    lives.isDown = false
    await life.advance(120_000)
    expect(lostOrLate(lives, Number.POSITIVE_INFINITY).filter((fault) => fault.includes('after'))).toEqual([])
    expect(faultsOfBooks(life)).toEqual([])
    await life.close()
  })

  it('the catch-up writes each line once, in order', async () => {
    const lives = down()
    const life = lives.begin('always')
    lives.disk.failAt({ operation: 'write', nth: 1, code: 'ENOSPC', isLasting: true })
    for (let turn = 0; turn < 8; turn++) await life.write('a'.repeat(50), 4_000)
    lives.disk.repair()
    // The first slice is written with the tick.
    await life.advance(5_001)
    steal(lives.disk)
    await life.advance(1)
    expect(faultsOfBooks(life)).toEqual([])
    await life.advance(10_500)
    expect(faultsOfBooks(life)).toEqual([])
    expect(life.producer.stats()).toMatchObject({ buffered: 0 })
    lives.isDown = false
    await life.advance(120_000)
    expect(lostOrLate(lives, 0)).toEqual([])
    await life.close()
  })

  it('the spool is used again also where no segment was open', async () => {
    const lives = down()
    const life = lives.begin('always')
    await life.write('abc', 100)
    lives.disk.failAt({ operation: 'write', nth: 1, code: 'ENOSPC' })
    await life.write('abc', 100)
    steal(lives.disk)
    await life.advance(30_000)
    await life.write('abc', 100)
    expect(life.producer.stats()).toMatchObject({ buffered: 0 })
    expect(faultsOfBooks(life)).toEqual([])
    await life.close()
  })
})

describe('when somebody has deleted the segments', () => {
  it('lines that are in memory too are written again in their order', async () => {
    const lives = down()
    const life = lives.begin('always')
    await life.write('aa', 100)
    deleteSegments(lives.disk)
    await life.advance(2_000)
    await life.write('aa', 100)
    await life.advance(10_500)
    expect(faultsOfBooks(life)).toEqual([])
    expect(life.producer.stats()).toMatchObject({ spooled: 4, buffered: 0 })
    await life.kill()
    lives.isDown = false
    const next = lives.begin('always')
    await next.advance(60_000)
    expect(lostOrLate(lives, 0)).toEqual([])
    await next.close()
  })
})

describe('when the application logs the warnings of the spool', () => {
  it('such a line does not overtake those that the disk refused', async () => {
    const lives = down()
    const life = lives.begin('overflow')
    life.producer.on('warning', () => life.log('a'))
    // The memory is full, and nothing is on disk; the head of the first segment is written, its lines are not.
    await life.write('a'.repeat(15), 4_000)
    expect(life.producer.stats().spoolBytes).toBe(0)
    lives.disk.failAt({ operation: 'write', nth: 2, code: 'ENOSPC', isLasting: true })
    await life.write('aaa', 4_000)
    lives.disk.repair()
    lives.isDown = false
    await life.advance(120_000)
    expect(lostOrLate(lives, 0)).toEqual([])
    expect(faultsOfBooks(life)).toEqual([])
    await life.close()
  })

  it('such a line damages no other, when a full spool meets an unreadable file', async () => {
    const lives = down()
    const life = lives.begin('always', { spool: spoolOf(lives, 1_048_576, 'always') })
    let logged = 0
    life.producer.on('warning', () => {
      logged++
      life.log('a')
    })
    while (life.producer.stats().spoolBytes < 1_000_000) await life.write('a'.repeat(5), 8_000)
    // The first segment, whose lines are in memory too, is given up; the next one has unread lines alone.
    while (life.producer.stats().dropped === 0) await life.write('a'.repeat(5), 8_000)
    // A file is tried three times.
    for (let time = 0; time < 3; time++) lives.disk.failAt({ operation: 'open', nth: 1, code: 'EIO' })
    for (let turn = 0; turn < 6; turn++) await life.write('a'.repeat(5), 8_000)
    const { dropped } = life.producer.stats()
    expect(logged).toBe(1)
    expect(faultsOfBooks(life)).toEqual([])
    lives.isDown = false
    await life.advance(300_000)
    expect(life.producer.stats().spoolDamaged).toBe(1)
    expect(lostOrLate(lives, dropped)).toEqual([])
    await life.close()
  })
})

describe('when the disk fails while it is quiet', () => {
  it.each(['open', 'list', 'rename', 'stat'] as const)(
    'and %s fails once, what an earlier process left is sent without a further line',
    async (operation) => {
      const before = await earlier()
      const lives = new ProducerLives('never', afterKill(before.disk, before.disk.history.length).disk())
      lives.written.push(...before.written)
      const life = lives.begin('always')
      lives.disk.failAt({ operation, nth: 1, code: 'EMFILE' })
      await life.advance(60_000)
      expect(lostOrLate(lives, 0)).toEqual([])
      await life.close()
    }
  )

  it('and the lock cannot be made, the error is the constructor\u2019s, and the next start sends all', async () => {
    const before = await earlier()
    const lives = new ProducerLives('never', afterKill(before.disk, before.disk.history.length).disk())
    lives.written.push(...before.written)
    lives.disk.failAt({ operation: 'lock', nth: 1, code: 'EMFILE' })
    expect(() => lives.begin('always')).toThrow(/spool\.dir.*EMFILE/)
    const life = lives.begin('always')
    await life.advance(60_000)
    await life.close()
    expect(lostOrLate(lives, 0)).toEqual([])
  })
})

describe('when the spool is full', () => {
  it('and no file can be opened for a moment, what is given up is counted, and none is set aside', async () => {
    const lives = down()
    const life = lives.begin('always', { spool: spoolOf(lives, 1_048_576, 'always') })
    while (life.producer.stats().spoolBytes < 1_000_000) await life.write('a'.repeat(5), 8_000)
    lives.disk.failAt({ operation: 'open', nth: 1, code: 'EMFILE' })
    await life.write('a'.repeat(10), 8_000)
    await life.advance(10_500)
    await life.write('a'.repeat(10), 8_000)
    expect(lives.disk.files.filter((path) => path.includes('unreadable'))).toEqual([])
    expect(lives.disk.bytes).toBeLessThanOrEqual(1_048_576)
    await life.close()
  })

  it('at the close, it exceeds its bound by what was in memory at most', async () => {
    const lives = down()
    const maxBytes = 1_048_576
    const buffer = { maxBytes: 524_288 }
    const life = lives.begin('overflow', { buffer, spool: spoolOf(lives, maxBytes, 'overflow') })
    while (life.producer.stats().spoolBytes < 1_000_000) await life.write('a'.repeat(5), 8_000)
    await life.close()
    expect(faultsOfBooks(life)).toEqual([])
    expect(lives.disk.bytes).toBeLessThanOrEqual(maxBytes + buffer.maxBytes)
  })

  it('at the close, what is given up for lines behind it is not counted as spooled', async () => {
    const lives = down()
    const spool = spoolOf(lives, 1_048_576, 'overflow')
    const first = lives.begin('always', { spool: { ...spool, mode: 'always' } })
    while (first.producer.stats().spoolBytes < 1_030_000) await first.write('a', 4_000)
    await first.close()
    const second = lives.begin('overflow', { buffer: { maxBytes: 524_288, onFull: 'block' }, spool })
    await second.advance(1_000)
    await second.write('b'.repeat(10), 8_000)
    await second.close()
    expect(faultsOfBooks(second)).toEqual([])
    const { dropped } = second.producer.stats()
    lives.isDown = false
    const third = lives.begin('overflow', { spool })
    await third.advance(120_000)
    await third.close()
    expect(lostOrLate(lives, dropped)).toEqual([])
  })
})

describe('lines that the disk refuses', () => {
  /** Operations on disk, and looks at the marks of lines, for `count` lines of an outage. */
  async function work(count: number): Promise<{ readonly operations: number; readonly looks: number }> {
    const lives = down()
    const life = lives.begin('always', { buffer: { maxBytes: 64 * 1_048_576 } })
    lives.disk.failAt({ operation: 'write', nth: 1, code: 'ENOSPC', isLasting: true })
    const looks = vi.spyOn(LineStore.prototype, 'spoolIdIfHeld')
    for (let turn = 0; turn < count / 500; turn++) {
      await life.write('abcde'.repeat(100), 50)
      await life.advance(100)
    }
    const seen = looks.mock.calls.length
    looks.mockRestore()
    expect(life.producer.stats()).toMatchObject({ buffered: count, spooled: 0 })
    lives.disk.repair()
    await life.close()
    return { operations: lives.disk.uses(), looks: seen }
  }

  it('cost the same each, however many there are', async () => {
    const few = await work(5_000)
    const many = await work(20_000)
    expect(many.looks / few.looks).toBeLessThan(6)
    expect(many.operations / few.operations).toBeLessThan(6)
  })
})

describe('the table of failures', () => {
  it('has many cells', () => expect(cells).toBeGreaterThan(1_000))
})
