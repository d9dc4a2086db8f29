/** What disks do. */
import type { DiskFault, DiskOperation, FaultCode } from '../../../packages/core/src/testing.ts'
import { folderOf, type Nemesis, type Scene } from './nemesis.ts'

const OPERATIONS = [
  'list',
  'stat',
  'makeFolder',
  'removeFolder',
  'rename',
  'remove',
  'syncFolder',
  'create',
  'open',
  'read',
  'write',
  'write',
  'truncate',
  'sync',
  'close',
  'lock',
  'touch'
] as const satisfies readonly DiskOperation[]
const CODES = [
  'ENOSPC',
  'EDQUOT',
  'EFBIG',
  'EIO',
  'EROFS',
  'EMFILE',
  'EACCES'
] as const satisfies readonly FaultCode[]

export const DISK_NEMESES: Readonly<Record<string, Nemesis>> = {
  'full disk': {
    target: 'folder',
    begin: (scene) => {
      const folder = folderOf(scene)
      folder.record.hadFaults = true
      folder.disk.capacityBytes = folder.disk.bytes + Math.floor(20_000 * scene.plan.force)
      const before = folder.disk.refusals
      return () => {
        if (folder.disk.refusals > before) scene.did()
        folder.disk.repair()
      }
    }
  },
  'a failing call': {
    target: 'folder',
    begin: (scene) => {
      fail(scene, { nth: scene.random.scale(1, 40) })
      return undefined
    }
  },
  'failing calls': {
    target: 'folder',
    begin: (scene) => {
      fail(scene, { nth: scene.random.scale(1, 10), isLasting: true })
      return () => folderOf(scene).disk.repair()
    }
  },
  'short writes': {
    target: 'folder',
    begin: (scene) => {
      const folder = folderOf(scene)
      folder.record.hadFaults = true
      const { random } = scene
      folder.disk.failAt({
        operation: 'write',
        nth: random.int(1, 10),
        code: 'ENOSPC',
        short: random.int(0, 60),
        happened: scene.did
      })
      return undefined
    }
  },
  'slow disk': {
    target: 'folder',
    begin: (scene) => {
      const folder = folderOf(scene)
      const { random, plan } = scene
      folder.delayMs = () => {
        if (!random.chance(0.2)) return 0
        scene.did()
        return random.next() * 2_000 * plan.force
      }
      return () => {
        folder.delayMs = () => 0
      }
    }
  },
  'flipped bits': {
    target: 'folder',
    begin: (scene) => {
      const { disk, record } = folderOf(scene)
      const files = disk.files.filter((path) => disk.contents(path).length > 0)
      const path = files[scene.random.int(0, Math.max(0, files.length - 1))]
      if (path === undefined) return undefined
      record.isDamaged = true
      const bytes = disk.contents(path)
      const at = scene.random.int(0, bytes.length - 1)
      const flipped = Buffer.from([(bytes[at] ?? 0) ^ (1 << scene.random.int(0, 7))])
      try {
        disk.process().open(path, 'write').write(flipped, 0, at)
        scene.did()
      } catch {
        // It met a failure that another nemesis has planned.
      }
      return undefined
    }
  }
}

function fail(scene: Scene, fault: Pick<DiskFault, 'nth' | 'isLasting'>): void {
  const { disk, record } = folderOf(scene)
  record.hadFaults = true
  disk.failAt({
    operation: scene.random.pick(OPERATIONS),
    code: scene.random.pick(CODES),
    happened: scene.did,
    ...fault
  })
}
