/**
 * `stat`, `lstat` and `fstat` that leave nothing behind. Node keeps the result of the last one that was made without `bigint`, and where
 * that was a socket or a pipe, `require` and `import` follow no links any more (nodejs/node#51142): with pnpm an application then loads a
 * module twice, or an empty one. The locks of a spool are sockets, and a path that somebody gives may be a pipe.
 */
import * as fs from 'node:fs'
import { dirname } from 'node:path'

/** What is asked of a file here. */
export type FileStats = Pick<
  fs.Stats,
  'size' | 'mode' | 'uid' | 'nlink' | 'mtimeMs' | 'isFile' | 'isDirectory' | 'isSymbolicLink' | 'isSocket'
>

/** @throws the file system's error */
export function statSync(path: string): FileStats {
  return plain(fs.statSync(path, { bigint: true }))
}

/** Of a link itself; undefined if nothing stands there. @throws the file system's error */
export function lstatSync(path: string): FileStats | undefined {
  const stats = fs.lstatSync(path, { bigint: true, throwIfNoEntry: false })
  return stats && plain(stats)
}

/** @throws the file system's error */
export function fstatSync(fd: number): FileStats {
  return plain(fs.fstatSync(fd, { bigint: true }))
}

/** Call it right before a module is loaded: the application, too, may have looked at a socket last. */
export function followLinks(): void {
  try {
    fs.statSync(dirname(process.execPath))
  } catch {
    // Nothing to look at: then it stays as the application left it.
  }
}

function plain(stats: fs.BigIntStats): FileStats {
  return {
    size: Number(stats.size),
    mode: Number(stats.mode),
    uid: Number(stats.uid),
    nlink: Number(stats.nlink),
    mtimeMs: Number(stats.mtimeNs) / 1_000_000,
    isFile: () => stats.isFile(),
    isDirectory: () => stats.isDirectory(),
    isSymbolicLink: () => stats.isSymbolicLink(),
    isSocket: () => stats.isSocket()
  }
}
