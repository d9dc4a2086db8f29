/** The {@link Disk} port for the machine's disk, with node's synchronous file calls. */
import { createHash, randomBytes } from 'node:crypto'
import {
  close,
  closeSync,
  constants,
  existsSync,
  fdatasync,
  fdatasyncSync,
  fsync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  open,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmdirSync,
  statfsSync,
  unlinkSync,
  utimesSync,
  writeSync
} from 'node:fs'
import { type FileStats, fstatSync, lstatSync } from '../file-stats.ts'
import { codeOf, type Disk, type DiskFile, type FileFacts } from './disk.ts'
import { lockBySocket, probeSocket } from './socket-lock.ts'

const FOLDER_MODE = 0o700
const FILE_MODE = 0o600

// Windows has neither flag. Its paths cannot be links to blocking devices.
const { O_CREAT, O_EXCL, O_RDONLY, O_RDWR, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants
const SAFELY = O_NOFOLLOW | O_NONBLOCK
const FLAGS = {
  read: O_RDONLY | SAFELY,
  write: O_RDWR | O_CREAT | SAFELY,
  create: O_RDWR | O_CREAT | O_EXCL | SAFELY
}

/** Types of `statfs(2)` on Linux: ext2 to ext4, XFS, Btrfs, tmpfs, overlay, ZFS, F2FS. */
const LOCAL_FILE_SYSTEMS: ReadonlySet<number> = new Set([
  0xef53, 0x58465342, 0x9123683e, 0x01021994, 0x794c7630, 0x2fc12fc1, 0xf2f52010
])

class NodeFile implements DiskFile {
  readonly #fd: number

  constructor(fd: number) {
    this.#fd = fd
  }

  get bytes(): number {
    return fstatSync(this.#fd).size
  }

  read(into: Buffer, position: number): number {
    return readSync(this.#fd, into, 0, into.length, position)
  }

  write(bytes: Buffer, offset: number, position: number): number {
    return writeSync(this.#fd, bytes, offset, bytes.length - offset, position)
  }

  truncate(bytes: number): void {
    ftruncateSync(this.#fd, bytes)
  }

  sync(): void {
    fdatasyncSync(this.#fd)
  }

  syncSoon(done: (error: unknown) => void): void {
    fdatasync(this.#fd, (error) => done(error ?? undefined))
  }

  close(): void {
    closeSync(this.#fd)
  }
}

export const machineDisk: Disk = {
  machine: bootIdentity(),
  newId: () => randomBytes(8).toString('hex'),
  isShared(path) {
    try {
      return !LOCAL_FILE_SYSTEMS.has(statfsSync(path).type)
    } catch {
      return true
    }
  },
  list: (path) => {
    try {
      return readdirSync(path)
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return []
      throw error
    }
  },
  stat: (path) => {
    const stats = lstatSync(path)
    return stats === undefined ? undefined : factsOf(stats)
  },
  exists: existsSync,
  makeFolder: (path) => mkdirSync(path, { mode: FOLDER_MODE }),
  removeFolder: rmdirSync,
  rename: renameSync,
  remove: (path) => {
    try {
      unlinkSync(path)
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error
    }
  },
  syncFolder(path) {
    // Windows cannot open folders. Its file system keeps the order of names by itself.
    if (process.platform === 'win32') return
    const fd = openSync(path, O_RDONLY)
    try {
      fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
  },
  syncFolderSoon(path, done) {
    if (process.platform === 'win32') return done(undefined)
    open(path, O_RDONLY, (openError, fd) => {
      if (openError !== null) return done(openError)
      fsync(fd, (error) => close(fd, () => done(error ?? undefined)))
    })
  },
  open(path, access) {
    const fd = openSync(path, FLAGS[access], FILE_MODE)
    if (fstatSync(fd).isFile()) return new NodeFile(fd)
    closeSync(fd)
    throw new Error('it is no regular file')
  },
  lock: lockBySocket,
  probe: probeSocket,
  touch: (path, mark) => utimesSync(path, mark, mark)
}

function factsOf(stats: FileStats): FileFacts {
  return {
    kind: stats.isFile() ? 'file' : stats.isDirectory() ? 'folder' : 'other',
    bytes: stats.size,
    mark: stats.mtimeMs
  }
}

/**
 * The name of this kernel. Linux gives each start of a kernel an id, which all its containers see. A machine id would not do,
 * because images and clones share it. Other systems have no such file, so there only heartbeats tell.
 */
function bootIdentity(): string {
  try {
    const id = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
    return id === '' ? '' : createHash('sha256').update(id).digest('hex').slice(0, 12)
  } catch {
    return ''
  }
}
