/** Where lines come from: files and standard input, one after the other. */
import { type BigIntStats, createReadStream, fstatSync, statSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { getSystemErrorMap } from 'node:util'
import type { Io } from '../io.ts'

/** One source of bytes. */
export interface Source {
  /** As in messages: the path, or `standard input`. */
  readonly name: string
  /** Bytes that it holds now; undefined if nobody knows, as of a pipe. */
  size(): number | undefined
  open(): Readable
}

/** Name of standard input. */
export const STDIN_NAME = 'standard input'

// Large enough to keep system calls cheap, small enough to be nothing beside the buffer of the producer.
const CHUNK_BYTES = 262_144

/**
 * The sources that the arguments name; standard input if they name none. `-` is standard input.
 * @param check throws for an open file that must not be read
 */
export function sourcesOf(paths: readonly string[], io: Io, check?: (fd: number) => void): Source[] {
  return (paths.length === 0 ? ['-'] : paths).map((path) =>
    path === '-'
      ? { name: STDIN_NAME, size: () => sizeOfInput(io), open: () => io.stdin }
      : {
          name: path,
          size: () => sizeOf(() => statSync(path, { bigint: true })),
          open: () => openFile(path, check)
        }
  )
}

/** Bytes of all sources; undefined if one of them does not say. */
export function totalSize(sources: readonly Source[]): number | undefined {
  let total = 0
  for (const source of sources) {
    const size = source.size()
    if (size === undefined) return undefined
    total += size
  }
  return total
}

/** Stats are taken as `bigint`: after a plain one of a pipe Node follows no links when it imports (nodejs/node#51142). */
function sizeOf(stat: () => BigIntStats): number | undefined {
  try {
    const stats = stat()
    return stats.isFile() ? Number(stats.size) : undefined
  } catch {
    // Opening it says what is wrong.
    return undefined
  }
}

/** Of `ship < file`. An input that is not that of the process has no file. */
function sizeOfInput({ stdin }: Io): number | undefined {
  const fd = 'fd' in stdin ? stdin.fd : undefined
  return typeof fd === 'number' ? sizeOf(() => fstatSync(fd, { bigint: true })) : undefined
}

function openFile(path: string, check: (fd: number) => void = () => {}): Readable {
  const file = createReadStream(path, { highWaterMark: CHUNK_BYTES })
  // Before the first byte is read.
  return file.once('open', (fd) => {
    try {
      check(fd)
    } catch (error) {
      file.destroy(error instanceof Error ? error : new Error(String(error)))
    }
  })
}

/** Why something could not be read or written, in words: `no such file or directory (ENOENT)`. */
export function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if ('errno' in error && typeof error.errno === 'number') {
    const [code, words] = getSystemErrorMap().get(error.errno) ?? []
    if (code !== undefined) return `${words} (${code})`
  }
  return error.message
}
