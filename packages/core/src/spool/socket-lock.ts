/**
 * A lock that ends with its process: a listening Unix socket. The kernel closes it when the process dies, and keeps it while the
 * process is stopped. A connect shows whether the owner lives, in every container that shares the folder and the kernel.
 *
 * Without such sockets the lock is a plain file, and only its heartbeat tells: see orphans.ts.
 */
import { closeSync, constants, existsSync, openSync, renameSync, unlinkSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { basename, dirname, join } from 'node:path'
import { lstatSync } from '../file-stats.ts'
import { codeOf, ignoreErrors, type Lock, type LockState } from './disk.ts'

/** The path of a socket has at most 108 bytes on Linux and 104 on macOS, with the closing zero. libuv cuts a longer one silently. */
const MAX_SOCKET_PATH_BYTES = 103

const FILE_MODE = 0o600

/** See `Disk.lock`. @throws the file system's error if neither a socket nor a file can be made */
export function lockBySocket(path: string, unlocked: (reason: string) => void): Lock {
  // The socket is bound under a name that nobody probes. Before it listens, a connect would be refused, as if we were dead.
  const unborn = join(dirname(path), `.${basename(path)}.new`)
  const server = createServer((socket) => socket.destroy())
  server.unref()
  let isListening = false
  let isFile = false
  let reason = 'the system has no Unix sockets'
  server.on('error', (error) => {
    // Without a file the folder itself is unusable. Then the caller gets that error.
    if (isFile) unlocked(`${reason}: ${codeOf(error)}`)
  })
  if (process.platform !== 'win32') {
    reason = 'no socket can be made there'
    isListening = atShortPath(unborn, (short) => {
      if (short === undefined) reason = 'the path is too long for a socket'
      // `exclusive`: otherwise, in a cluster, the primary process would listen, and it outlives us.
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
  const stats = lstatSync(path)
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
        // Without /proc the short path does not exist, although the lock does.
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
    // The owner is stopped, and its queue of connections is full.
    case 'EAGAIN':
    case 'ECONNRESET':
      return 'alive'
    default:
      return 'unknown'
  }
}

/**
 * Calls `use` with a path that is short enough for a socket. On Linux that may be a path through the folder's descriptor.
 * `undefined`: there is no such path. The kernel must have resolved the path when `use` returns.
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
