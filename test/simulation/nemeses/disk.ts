/** What disks do. */
import type { DiskFile } from '../../../packages/core/src/spool/disk.ts'
import type { DiskFault, DiskOperation, FaultCode } from '../../../packages/core/src/testing.ts'
import { folderOf, type Nemesis, repeatedly, type Scene } from './nemesis.ts'

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
  /** It is full, then somebody makes room, and again. */
  'fills up again and again': {
    target: 'folder',
    begin: (scene) => {
      const folder = folderOf(scene)
      folder.record.hadFaults = true
      const before = folder.disk.refusals
      const pauseMs = Math.max(200, (scene.plan.untilMs - scene.plan.fromMs) / 8)
      let isFull = false
      const end = repeatedly(scene, pauseMs, () => {
        isFull = !isFull
        const room = Math.floor(3_000 * scene.plan.force)
        folder.disk.capacityBytes = isFull ? folder.disk.bytes + room : Number.POSITIVE_INFINITY
      })
      return () => {
        end()
        if (folder.disk.refusals > before) scene.did()
        folder.disk.repair()
      }
    }
  },
  'a read-only disk': {
    target: 'folder',
    begin: (scene) => {
      for (const operation of CHANGES) fail(scene, { nth: 1, isLasting: true, operation, code: 'EROFS' })
      return () => folderOf(scene).disk.repair()
    }
  },
  'an unreadable disk': {
    target: 'folder',
    begin: (scene) => {
      const operation = scene.random.pick(['read', 'open', 'list', 'stat'])
      fail(scene, {
        nth: 1,
        isLasting: true,
        operation,
        code: scene.random.pick(['EIO', 'EACCES', 'EMFILE'])
      })
      return () => folderOf(scene).disk.repair()
    }
  },
  'no sync': {
    target: 'folder',
    begin: (scene) => {
      for (const operation of ['sync', 'syncFolder'] as const)
        fail(scene, { nth: 1, isLasting: true, operation, code: 'EIO' })
      return () => folderOf(scene).disk.repair()
    }
  },
  'a failing call': {
    target: 'folder',
    begin: (scene) => {
      fail(scene, { nth: scene.random.scale(1, 12) })
      return undefined
    }
  },
  'failing calls': {
    target: 'folder',
    begin: (scene) => {
      fail(scene, { nth: scene.random.scale(1, 4), isLasting: true })
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
  /** Its end is gone, as after a repair of the file system. */
  'a cut file': {
    target: 'folder',
    begin: (scene) => {
      change(scene, (file, bytes) => {
        const left = Math.floor(bytes * scene.random.next())
        folderOf(scene).record.cutBytes += bytes - left
        return file.truncate(left)
      })
      return undefined
    }
  },
  /** A block of zeros, as after a crash of the file system. */
  'a zeroed block': {
    target: 'folder',
    begin: (scene) => {
      change(scene, (file, bytes) => {
        const from = scene.random.int(0, bytes - 1)
        const zeros = Buffer.alloc(Math.min(bytes - from, scene.random.scale(1, 4_096)))
        if (from + zeros.length === bytes) folderOf(scene).record.cutBytes += zeros.length
        file.write(zeros, 0, from)
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
      change(scene, (file, bytes, contents) => {
        const at = scene.random.int(0, bytes - 1)
        const flipped = Buffer.from([(contents[at] ?? 0) ^ (1 << scene.random.int(0, 7))])
        file.write(flipped, 0, at)
      })
      return undefined
    }
  }
}

/** Operations that a read-only file system refuses. */
const CHANGES = [
  'makeFolder',
  'removeFolder',
  'rename',
  'remove',
  'create',
  'write',
  'truncate',
  'lock',
  'touch'
] as const satisfies readonly DiskOperation[]

/** Changes a file from outside. */
function change(scene: Scene, act: (file: DiskFile, bytes: number, contents: Buffer) => void): void {
  const { disk, record } = folderOf(scene)
  const files = disk.files.filter((path) => disk.contents(path).length > 0)
  const path = files[scene.random.int(0, Math.max(0, files.length - 1))]
  if (path === undefined) return
  record.isDamaged = true
  const contents = disk.contents(path)
  try {
    act(disk.process().open(path, 'write'), contents.length, contents)
    scene.did()
  } catch {
    // It met a failure that another nemesis has planned.
  }
}

function fail(scene: Scene, fault: Pick<DiskFault, 'nth' | 'isLasting'> & Partial<DiskFault>): void {
  const { disk, record } = folderOf(scene)
  record.hadFaults = true
  const drawn = { operation: scene.random.pick(OPERATIONS), code: scene.random.pick(CODES), ...fault }
  const happened = () => {
    scene.did()
    if (drawn.operation === 'sync' || drawn.operation === 'syncFolder') record.failedSyncs++
  }
  disk.failAt({ ...drawn, happened })
}
