/**
 * A lock that the kernel lets go of when its process dies, and keeps while the process is stopped: a listening Unix
 * socket. A connect tells a living owner from a dead one, in every container that shares the folder and the kernel.
 *
 * Where there are no such sockets the lock is a plain file, and only its heartbeat tells: see orphans.ts.
 */
import {
  closeSync,
  constants,
  existsSync,
  lstatSync,
  openSync,
  renameSync,
  unlinkSync,
  writeFileSync
} from 'node:fs'
import { connect, createServer } from 'node:net'
import { basename, dirname, join } from 'node:path'
import { codeOf, ignoreErrors, type Lock, type LockState } from './disk.ts'

/** A socket's path is at most 108 bytes on Linux and 104 on macOS, the closing zero included. libuv cuts it silently. */
const MAX_SOCKET_PATH_BYTES = 103

const FILE_MODE = 0o600

/** See `Disk.lock`. @throws the file system's error if nothing can be made there */
export function lockBySocket(path: string, unlocked: (reason: string) => void): Lock {
  // Bound and listening under a name that nobody looks at: between the two a connect is refused, as if we were dead.
  const unborn = join(dirname(path), `.${basename(path)}.new`)
  const server = createServer((socket) => socket.destroy())
  server.unref()
  let isListening = false
  let isFile = false
  let reason = 'the system has no Unix sockets'
  server.on('error', (error) => {
    // Where not even a file can be made the folder is the trouble, and the caller hears of that.
    if (isFile) unlocked(`${reason}: ${codeOf(error)}`)
  })
  if (process.platform !== 'win32') {
    reason = 'no socket can be made there'
    isListening = atShortPath(unborn, (short) => {
      if (short === undefined) reason = 'the path is too long for a socket'
      // `exclusive`: in a cluster the listening would be left to the primary process otherwise, which outlives us.
      else server.listen({ path: short, exclusive: true })
      return server.listening
    })
  }
  try {
    if (isListening) renameSync(unborn, path)
    else writeFileSync(path, '', { flag: 'wx', mode: FILE_MODE })
    isFile = !isListening
  } catch (error) {
    server.close()
    throw error
  }
  if (isFile && process.platform !== 'win32' && reason.startsWith('the path'))
    queueMicrotask(() => unlocked(reason))
  return {
    release() {
      ignoreErrors(() => unlinkSync(path))
      server.close()
    }
  }
}

/** See `Disk.probe`. */
export function probeSocket(path: string): Promise<LockState> {
  const stats = lstatSync(path, { throwIfNoEntry: false })
  if (stats === undefined) return Promise.resolve('released')
  if (!stats.isSocket()) return Promise.resolve('unknown')
  return new Promise((resolve) => {
    atShortPath(path, (short) => {
      if (short === undefined) {
        resolve('unknown')
        return
      }
      const socket = connect({ path: short })
      socket.unref()
      socket.once('connect', () => {
        socket.destroy()
        resolve('alive')
      })
      socket.once('error', (error) => {
        const state = stateAfter(codeOf(error))
        // Without /proc the short way leads nowhere, though the lock is there.
        resolve(state === 'released' && existsSync(path) ? 'unknown' : state)
      })
    })
  })
}

function stateAfter(code: string): LockState {
  switch (code) {
    case 'ECONNREFUSED':
      return 'refused'
    case 'ENOENT':
      return 'released'
    // A stopped owner whose queue of connections is full.
    case 'EAGAIN':
    case 'ECONNRESET':
      return 'alive'
    default:
      return 'unknown'
  }
}

/**
 * Calls `use` with a path that is short enough for a socket: on Linux by way of the folder's descriptor, if need be.
 * `undefined`: there is none. The kernel has looked the path up when `use` returns.
 */
function atShortPath<T>(path: string, use: (short: string | undefined) => T): T {
  if (Buffer.byteLength(path) <= MAX_SOCKET_PATH_BYTES) return use(path)
  const mostBytes = Buffer.byteLength(`/proc/self/fd/1234567/${basename(path)}`)
  if (process.platform !== 'linux' || mostBytes > MAX_SOCKET_PATH_BYTES) return use(undefined)
  const fd = openSync(dirname(path), constants.O_RDONLY)
  try {
    return use(`/proc/self/fd/${fd}/${basename(path)}`)
  } finally {
    closeSync(fd)
  }
}
