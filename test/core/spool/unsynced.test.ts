import { describe, expect, it } from 'vitest'
import { writeAll } from '../../../packages/core/src/spool/disk.ts'
import { Part } from '../../../packages/core/src/spool/part.ts'
import { Unsynced } from '../../../packages/core/src/spool/unsynced.ts'
import { afterPowerLoss, type DiskFault, MemoryDisk } from '../../../packages/core/src/testing.ts'
import { openSpool, settle, texts } from './folder.ts'

const BIG = 'x'.repeat(1_000)
const MAX_BYTES = 1_048_576
const NAME = { generation: 1, id: 'i', target: 't', owner: 'o' }

/** A spool with some lines on a disk whose next sync fails. */
async function failedSync(fault: Partial<DiskFault>, lines: number) {
  const disk = new MemoryDisk()
  const life = await openSpool('/spool', { fsync: 'interval', maxBytes: MAX_BYTES }, disk.process())
  disk.failAt({ operation: 'sync', nth: 1, code: 'EIO', ...fault })
  for (let n = 0; n < lines; n++) life.spool.append(0, 'k', `${n} ${BIG}`, 1, 0, false)
  life.spool.flush()
  life.spool.syncSoon()
  await settle()
  return { disk, ...life }
}

/** The fewest lines that a power loss now leaves. */
async function leastLeft(disk: MemoryDisk): Promise<number> {
  let least = Number.POSITIVE_INFINITY
  for (const state of afterPowerLoss(disk, disk.history.length)) {
    const { spool } = await openSpool('/spool', { fsync: 'interval' }, state.disk().process())
    least = Math.min(least, texts(spool).length)
    spool.close()
  }
  return least
}

describe('a sync that failed', () => {
  // 300 of these lines take three files, so two of them are synced when they are full.
  it.each([
    { operation: 'sync', nth: 1, lines: 20 },
    { operation: 'sync', nth: 1, lines: 300 },
    // The folder of the spool is the first, that of the part is the second.
    { operation: 'syncFolder', nth: 2, lines: 20 }
  ] as const)('is told, and made up for with the next call: $operation, $lines lines', async (cell) => {
    const { disk, spool, told } = await failedSync({ operation: cell.operation, nth: cell.nth }, cell.lines)
    expect(told.troubles).toEqual([{ kind: 'failed', error: expect.objectContaining({ code: 'EIO' }) }])
    expect(told.stored).toBe(cell.lines)
    expect(await leastLeft(disk)).toBeLessThan(cell.lines)
    spool.syncSoon()
    await settle()
    expect(told.troubles).toHaveLength(1)
    expect(await leastLeft(disk)).toBe(cell.lines)
    spool.close()
  })

  it('is made up for when the spool is closed', async () => {
    const { disk, spool } = await failedSync({}, 300)
    spool.close()
    expect(await leastLeft(disk)).toBe(300)
  })

  it('is tried as long as it fails, and told each time', async () => {
    const { disk, spool, told } = await failedSync({ isLasting: true }, 20)
    for (const failures of [2, 3]) {
      spool.syncSoon()
      await settle()
      expect(told.troubles).toHaveLength(failures)
    }
    disk.repair()
    spool.syncSoon()
    await settle()
    expect(await leastLeft(disk)).toBe(20)
    spool.close()
  })

  // It was tried on and on in one call (seed 9014777 of the simulation), so the thread stood still for as long as the disk failed.
  it.each(['open', 'read', 'write'] as const)('is tried once a call if it fails at once: %s', (operation) => {
    const disk = new MemoryDisk()
    const process = disk.process()
    const path = '/f'
    const file = process.open(path, 'create')
    writeAll(file, Buffer.from('lines'), 0)
    file.close()
    let failures = 0
    const unsynced = new Unsynced(process, () => {
      if (++failures > 10) throw new Error('without an end')
    })
    unsynced.addFile({ part: new Part(process, '/', NAME), path, end: 5 })
    disk.failAt({ operation, nth: 1, code: 'EIO', isLasting: true })
    unsynced.syncSoon()
    expect(failures).toBe(1)
    unsynced.syncSoon()
    expect(failures).toBe(2)
  })

  it('is forgotten with a file that is removed, because its lines are delivered', async () => {
    const { disk, spool, told } = await failedSync({}, 20)
    const ids: number[] = []
    while (spool.hasUnread) spool.read(({ id }) => ids.push(id))
    for (const id of ids) spool.acknowledge(id)
    spool.writeAcknowledgements()
    spool.close()
    expect(told.troubles).toHaveLength(1)
    expect(disk.files).toEqual([])
  })
})
