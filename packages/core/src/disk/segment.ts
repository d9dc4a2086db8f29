/**
 * One file of the spool: entries are appended at its end, read once from its beginning, and acknowledged.
 *
 * Bounded by: the spool, which begins a new segment at a size. At the bound: nothing here. What was
 * acknowledged stands in a second file beside it, so that a crash sends little again; both are deleted when all
 * is acknowledged.
 */
import {
  closeSync,
  fdatasync,
  fdatasyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  writeSync
} from 'node:fs'
import { crc32 } from 'node:zlib'
import { type Entry, findMark, MARK_LENGTH, readEntry, SEGMENT_HEAD } from './entry.ts'

const CHUNK_BYTES = 262_144
const FILE_MODE = 0o600
const ACK_HEAD_BYTES = 8

/** Acknowledgements are kept beside the segment, under this ending. */
const ackPath = (path: string): string => path.replace(/\.log$/, '.ack')

export class Segment {
  readonly path: string
  /** Bytes of entries and acknowledgements on disk. */
  bytes: number
  /** Place of the first entry that was not read. */
  readAt: number = SEGMENT_HEAD.length
  /** Entries that were read or taken, and are not acknowledged. */
  outstanding = 0
  /** Damaged places that were skipped. */
  damaged = 0
  #end: number
  #fd: number
  #ackFd = -1
  #isSynced = true
  // Acknowledged by an earlier process. Own acknowledgements are never read again.
  readonly #acked: ReadonlySet<number>
  #newAcks: number[] = []

  private constructor(path: string, fd: number, end: number, acked: ReadonlySet<number>, ackBytes: number) {
    this.path = path
    this.#fd = fd
    this.#end = end
    this.#acked = acked
    this.bytes = end + ackBytes
  }

  /** A new, empty segment. @throws the file system's error */
  static create(path: string): Segment {
    const fd = openSync(path, 'wx+', FILE_MODE)
    try {
      writeAll(fd, SEGMENT_HEAD, 0)
    } catch (error) {
      closeSync(fd)
      rmSync(path, { force: true })
      throw error
    }
    return new Segment(path, fd, SEGMENT_HEAD.length, new Set(), 0)
  }

  /** A segment that another process left. @throws the file system's error */
  static adopt(path: string): Segment {
    const fd = openSync(path, 'r', FILE_MODE)
    const { acked, bytes } = readAcks(ackPath(path))
    return new Segment(path, fd, statSync(path).size, acked, bytes)
  }

  /** Where the next entry will stand. */
  get end(): number {
    return this.#end
  }

  get isUnread(): boolean {
    return this.readAt < this.#end
  }

  /** Whether nothing in it is of use any more. */
  get isDone(): boolean {
    return !this.isUnread && this.outstanding === 0
  }

  /** Appends entries. @throws the file system's error; the file is as it was before */
  append(entries: Buffer): void {
    try {
      writeAll(this.#fd, entries, this.#end)
    } catch (error) {
      // Half an entry would only be skipped later, but entries behind it would be lost with it.
      ignoreErrors(() => ftruncateSync(this.#fd, this.#end))
      throw error
    }
    this.#end += entries.length
    this.#isSynced = false
    this.bytes += entries.length
  }

  /** Waits until the disk itself has what was appended. @throws the file system's error */
  sync(): void {
    fdatasyncSync(this.#fd)
    this.#isSynced = true
  }

  /** The same without waiting, if there is anything to do. */
  syncSoon(failed: (error: Error) => void): void {
    if (this.#isSynced) return
    this.#isSynced = true
    // Closed meanwhile: then it was given up or removed, and nobody waits for it.
    fdatasync(this.#fd, (error) => {
      if (error !== null && error.code !== 'EBADF') failed(error)
    })
  }

  /**
   * Reads the next entries, at least one if there is any, and hands each to `take` with its place. Entries that
   * were acknowledged are left out, damage is skipped and counted.
   */
  read(take: (entry: Entry, at: number) => void): void {
    let chunk = this.#load(CHUNK_BYTES)
    let at = 0
    while (at < chunk.length) {
      const found = readEntry(chunk, at)
      if (found.kind === 'entry') {
        if (!this.#acked.has(this.readAt + at)) {
          this.outstanding++
          take(found.entry, this.readAt + at)
        }
        at = found.end
        continue
      }
      // The beginning of an entry at the end of the chunk is read with the next chunk, or with a larger one.
      if (found.kind === 'short' && at > 0) break
      if (found.kind === 'short' && !this.#reachesEnd(chunk)) {
        chunk = this.#load(found.bytes)
        if (chunk.length >= found.bytes) continue
      }
      this.damaged++
      // A torn end, a wrong length or wrong bytes: what stands behind the next mark still counts.
      const next = found.kind === 'damage' ? found.end : findMark(chunk, at + 1)
      at = next ?? (this.#reachesEnd(chunk) ? chunk.length : Math.max(at + 1, chunk.length - MARK_LENGTH + 1))
    }
    this.readAt += at
  }

  /** `lines` entries up to `end` are in memory: nobody has to read them. */
  skip(end: number, lines: number): void {
    this.readAt = end
    this.outstanding += lines
  }

  /** The entry at `at` has reached its end. Written down by {@link writeAcks}. */
  acknowledge(at: number): void {
    this.outstanding--
    this.#newAcks.push(at)
  }

  /** Writes down what was acknowledged since the last time. @throws the file system's error */
  writeAcks(): void {
    const acks = this.#newAcks
    if (acks.length === 0) return
    this.#newAcks = []
    const block = Buffer.allocUnsafe(ACK_HEAD_BYTES + acks.length * 4)
    acks.forEach((at, index) => void block.writeUInt32LE(at, ACK_HEAD_BYTES + index * 4))
    block.writeUInt32LE(acks.length, 0)
    block.writeUInt32LE(crc32(block.subarray(ACK_HEAD_BYTES)), 4)
    if (this.#ackFd < 0) this.#ackFd = openSync(ackPath(this.path), 'a', FILE_MODE)
    writeSync(this.#ackFd, block)
    this.bytes += block.length
  }

  /** Closes the files and leaves them. */
  close(): void {
    for (const fd of [this.#fd, this.#ackFd]) if (fd >= 0) ignoreErrors(() => closeSync(fd))
    this.#fd = -1
    this.#ackFd = -1
  }

  /** Closes and deletes the files. */
  remove(): void {
    this.close()
    // The entries first: acknowledgements without entries do no harm, the other way round sends them again.
    for (const path of [this.path, ackPath(this.path)]) ignoreErrors(() => rmSync(path, { force: true }))
  }

  #reachesEnd(chunk: Buffer): boolean {
    return this.readAt + chunk.length >= this.#end
  }

  /** The next bytes to be read, at most `bytes` and at most what there is. */
  #load(bytes: number): Buffer {
    const chunk = Buffer.allocUnsafe(Math.min(bytes, this.#end - this.readAt))
    const got = readSync(this.#fd, chunk, 0, chunk.length, this.readAt)
    // The file is shorter than it was: there is nothing behind.
    if (got < chunk.length) this.#end = this.readAt + got
    return chunk.subarray(0, got)
  }
}

function writeAll(fd: number, bytes: Buffer, position: number): void {
  for (let written = 0; written < bytes.length; ) {
    written += writeSync(fd, bytes, written, bytes.length - written, position + written)
  }
}

/** Places of acknowledged entries; blocks that are torn or damaged acknowledge nothing. */
function readAcks(path: string): { readonly acked: ReadonlySet<number>; readonly bytes: number } {
  let file: Buffer
  try {
    file = readFileSync(path)
  } catch {
    return { acked: new Set(), bytes: 0 }
  }
  const acked = new Set<number>()
  for (let at = 0; at + ACK_HEAD_BYTES <= file.length; ) {
    const count = file.readUInt32LE(at)
    const end = at + ACK_HEAD_BYTES + count * 4
    if (end > file.length) break
    const block = file.subarray(at + ACK_HEAD_BYTES, end)
    if (crc32(block) === file.readUInt32LE(at + 4)) {
      for (let index = 0; index < block.length; index += 4) acked.add(block.readUInt32LE(index))
    }
    at = end
  }
  return { acked, bytes: file.length }
}

function ignoreErrors(action: () => void): void {
  try {
    action()
  } catch {
    // What cannot be closed or deleted is left behind; the next start finds it.
  }
}
