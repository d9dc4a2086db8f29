// What these tests need of the machine: containers, file systems of a size, limits, other users. Mostly root only.
import { spawnSync } from 'node:child_process'
import { chmodSync, lstatSync, mkdtempSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const NAMESPACES = ['--pid', '--uts', '--fork', '--mount-proc', '--kill-child']

export const isRoot: boolean = process.getuid?.() === 0
export const canUnshare: boolean = succeeds('unshare', [...NAMESPACES, 'hostname', 'test'])
export const canSetPriv: boolean = isRoot && succeeds('setpriv', ['--reuid=65534', 'true'])
export const canMount: boolean = tryMount()

/** A container with processes, a hostname and a /proc of its own. `pid1`: the application is its first process. */
export function container(hostname: string, { pid1 = true } = {}): string[] {
  // Anything behind the command keeps the shell, which is process 1 then.
  const script = `hostname ${hostname} && ${pid1 ? 'exec "$@"' : '"$@"; exit $?'}`
  return ['unshare', ...NAMESPACES, 'bash', '-c', script, 'bash']
}

/** No file may be longer than `kib`; a write above it fails with EFBIG, as on a disk that is full. */
export function fileLimit(kib: number): string[] {
  return ['bash', '-c', 'ulimit -f "$0" && exec "$@"', String(kib)]
}

/** Another user, without root's rights. */
export function asUser(uid: number): string[] {
  return ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups']
}

/** A file system in memory. */
export interface SmallDisk {
  readonly path: string
  /** Takes space until only `bytes` are left. */
  fillUpTo(bytes: number): void
  /** Gives the space of {@link fillUpTo} back. */
  free(): void
  remove(): void
}

/** @throws if mounting is impossible: see {@link canMount} */
export function mountSmallDisk(kib: number): SmallDisk {
  const path = mkdtempSync(join(tmpdir(), 'dis-logs-disk-'))
  if (!succeeds('mount', ['-t', 'tmpfs', '-o', `size=${kib}k,mode=0700`, 'tmpfs', path])) {
    rmSync(path, { recursive: true })
    throw new Error('cannot mount a tmpfs')
  }
  const filler = join(path, 'filler')
  return {
    path,
    fillUpTo(bytes) {
      const { bavail, bsize } = statfsSync(path)
      writeFileSync(filler, Buffer.alloc(Math.max(0, bavail * bsize - bytes)))
    },
    free: () => rmSync(filler),
    remove() {
      // Lazily: what still has a file open there has ended, or ends soon.
      succeeds('umount', ['--lazy', path])
      rmSync(path, { recursive: true, force: true })
    }
  }
}

/** @throws if that is impossible */
export function makeFifo(path: string): void {
  if (!succeeds('mkfifo', [path])) throw new Error('cannot make a FIFO')
}

/** Copies a folder as it is: links, FIFOs, and sockets on which nobody listens then. */
export function copyFolder(from: string, to: string): void {
  if (!succeeds('cp', ['-a', `${from}/.`, to])) throw new Error('cannot copy the folder')
}

/** A private folder of this test. */
export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'dis-logs-spool-faults-'))
  chmodSync(path, 0o700)
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

export interface Found {
  readonly path: string
  /** Folders between the starting point and this one, itself included. */
  readonly depth: number
  readonly kind: 'file' | 'folder' | 'other'
  readonly bytes: number
}

/** Everything below a folder, by name. Links are not followed. */
export function everythingIn(path: string, depth = 1): Found[] {
  return readdirSync(path)
    .sort()
    .flatMap((name) => {
      const child = join(path, name)
      const stats = lstatSync(child)
      const kind = stats.isFile() ? 'file' : stats.isDirectory() ? 'folder' : 'other'
      const found: Found = { path: child, depth, kind, bytes: stats.size }
      return kind === 'folder' ? [found, ...everythingIn(child, depth + 1)] : [found]
    })
}

function succeeds(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0
}

function tryMount(): boolean {
  try {
    mountSmallDisk(64).remove()
    return true
  } catch {
    return false
  }
}
