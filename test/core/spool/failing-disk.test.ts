import { describe, expect, it } from 'vitest'
import {
  afterKill,
  type DiskFault,
  type DiskOperation,
  type FaultCode,
  type MemoryDisk
} from '../../../packages/core/src/testing.ts'
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

/** Used while a producer runs; `lock`, at its start only, is below. */
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
  return isOver ? undefined : [...wrong, ...faultsOfArrivals(lives, mayBeLost)]
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

function faultsOfArrivals({ disk, written, arrived }: ProducerLives, mayBeLost: number): string[] {
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
  const left = disk.files.filter((path) => !path.includes('unreadable'))
  if (left.length > 0) faults.push(`left ${left.join(' ')}`)
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
      for (const code of codes) {
        for (let nth = 1; nth <= MOST_USES && wrong.length < 3; nth++) {
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

describe('the table of failures', () => {
  it('has many cells', () => expect(cells).toBeGreaterThan(1_000))
})
