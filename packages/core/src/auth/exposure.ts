/**
 * Who else may read or change a file with secrets. Whoever can change it decides whose stream the lines go to. Whoever can
 * change a folder above it can put another file in its place.
 */
import { realpathSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { type FileStats, statSync } from '../file-stats.ts'

const OTHERS_READ = 0o004
const GROUP_WRITES = 0o020
const OTHERS_WRITE = 0o002
/** In a folder with this bit, as /tmp, users replace only what is theirs. Kubernetes mounts secrets in such a folder. */
const STICKY = 0o1000

/**
 * What others can do with a file, in words; undefined if nothing.
 * @param path as the user wrote it
 * @param stats of the open file, so behind any link
 * @param isMounted whether the platform may have made it, as the token of a pod: such a file is root's, and often readable by all
 */
export function exposureOf(path: string, stats: FileStats, isMounted = false): string | undefined {
  // Windows has other permissions, and its modes say nothing. A pipe is no file that somebody could change.
  if (process.geteuid === undefined || !stats.isFile()) return undefined
  const { mode, uid } = stats
  const found: string[] = []
  if ((mode & OTHERS_READ) !== 0 && !(isMounted && uid === 0)) {
    found.push(`${path} can be read by every user of this machine`)
  }
  const change = changeBy(mode, uid)
  if (change !== undefined) found.push(`${path} ${change}`)
  for (const [folder, stats] of foldersOf(path)) {
    const open = changeBy((stats.mode & STICKY) === 0 ? stats.mode : 0, stats.uid)
    if (open !== undefined) found.push(`${path} can be replaced, because its folder ${folder} ${open}`)
  }
  return found.length === 0 ? undefined : found.join('; ')
}

/** Who may change a file or folder, besides root and the user of this process. */
function changeBy(mode: number, uid: number): string | undefined {
  if ((mode & OTHERS_WRITE) !== 0) return 'can be changed by every user of this machine'
  if ((mode & GROUP_WRITES) !== 0) return 'can be changed by its group'
  return uid === 0 || uid === process.geteuid?.() ? undefined : `belongs to user ${uid}`
}

/** All folders above the file, and above the link that leads to it. Fewer if the process may not look at them. */
function foldersOf(path: string): ReadonlyMap<string, FileStats> {
  const folders = new Map<string, FileStats>()
  try {
    for (const first of [dirname(realpathSync.native(path)), realpathSync.native(dirname(resolve(path)))]) {
      for (let folder = first; !folders.has(folder); folder = dirname(folder))
        folders.set(folder, statSync(folder))
    }
  } catch {
    // The secret itself could be read, and this is about a warning.
  }
  return folders
}
