/**
 * A small file system of the run's own, which can be filled. It is mounted in a mount namespace of the run: nobody else sees it, and
 * it is gone with the last process, however that ends.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Says that the process runs in a namespace of its own, in which it may mount. */
const INSIDE = 'DIS_LOGS_SOAK_NAMESPACE'

/** The command that starts another one in such a namespace, for root and for others; undefined if there is none, or inside of it. */
export function namespaceCommand(): readonly string[] | undefined {
  if (process.env[INSIDE] !== undefined) return undefined
  const commands = [
    ['unshare', '--mount', '--propagation', 'private'],
    ['unshare', '--map-root-user', '--mount', '--propagation', 'private']
  ]
  // Where a namespace is allowed, mounting may still not be.
  const mounts = ['sh', '-c', 'mount -t tmpfs -o size=64k tmpfs /mnt']
  return commands.find(([command = '', ...args]) => succeeds(command, [...args, ...mounts]))
}

/** The environment for the process inside. */
export const INSIDE_ENV: Readonly<Record<string, string>> = { [INSIDE]: '1' }

/** Full twice within this time is full all the time: a producer tries a disk again after 5 s, and notes within two ticks. */
const REST_MS = 15_000
/** With less room than this nobody can write. */
const FULL_BYTES = 262_144

export class SmallDisk {
  readonly path: string
  readonly #filler: string
  #firstFull: number | undefined
  #lastFull = Number.NEGATIVE_INFINITY

  /** Mounts one at `path`; undefined outside of a namespace of the run. */
  static mount(path: string, kib: number): SmallDisk | undefined {
    if (process.env[INSIDE] === undefined) return undefined
    mkdirSync(path, { recursive: true })
    const isMounted = succeeds('mount', ['-t', 'tmpfs', '-o', `size=${kib}k,mode=0700`, 'tmpfs', path])
    return isMounted ? new SmallDisk(path) : undefined
  }

  private constructor(path: string) {
    this.path = path
    this.#filler = join(path, 'filler')
  }

  /** Takes space until only `bytes` are left. */
  fill(bytes: number): void {
    const { bavail, bsize } = statfsSync(this.path)
    try {
      writeFileSync(this.#filler, Buffer.alloc(Math.max(0, bavail * bsize - bytes)))
    } catch {
      // Somebody else was faster with the last bytes: as full as it can be.
    }
    this.look()
  }

  /** Notes whether it is full. To be called every second. */
  look(): void {
    const { bavail, bsize } = statfsSync(this.path)
    if (bavail * bsize > FULL_BYTES) return
    const now = performance.now()
    if (now - this.#lastFull > REST_MS) this.#firstFull = now
    this.#lastFull = now
  }

  /** Since when it is full, or was until less than `ms` ago. */
  fullSince(ms: number): number | undefined {
    return performance.now() - this.#lastFull > ms ? undefined : this.#firstFull
  }

  free(): void {
    this.look()

    rmSync(this.#filler, { force: true })
  }

  /** Takes it away again, also where a process still has a file open there. */
  unmount(): void {
    succeeds('umount', ['--lazy', this.path])
  }
}

function succeeds(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0
}
