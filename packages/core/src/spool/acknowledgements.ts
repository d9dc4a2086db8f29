/**
 * The lines of a segment that are settled, in a file beside it. So a restart sends few lines twice.
 *
 *   "DISACK2\n" | place (u32) | check (u32) | place | check | …
 *
 * Records have one size and stand at multiples of it. So a torn or lost write damages its own records, never later ones.
 * Bounded by: four bytes of memory for each acknowledgement that is not written yet.
 */
import { type Disk, type DiskFile, ignoreErrors, isPassing, isPerhapsPassing, writeAll } from './disk.ts'

const HEAD = Buffer.from('DISACK2\n', 'latin1')
const RECORD_BYTES = 8

export class Acknowledgements {
  /** Bytes on disk. */
  bytes = 0
  #places: number[] = []
  #file: DiskFile | undefined

  /** Whether an acknowledgement is not written yet. */
  get isPending(): boolean {
    return this.#places.length > 0
  }

  add(place: number): void {
    this.#places.push(place)
  }

  /**
   * Places that an earlier process wrote. None if the file cannot be read: then their lines are sent again. `isLast`: there will be
   * no other attempt.
   * @throws an error that is passing, or, before the last attempt, perhaps so
   */
  read(disk: Disk, path: string, isLast: boolean): ReadonlySet<number> {
    try {
      if (!disk.exists(path)) return new Set()
      const file = disk.open(path, 'read')
      try {
        const bytes = Buffer.alloc(file.bytes)
        this.bytes = file.read(bytes, 0)
        return parseAcknowledgements(bytes.subarray(0, this.bytes))
      } finally {
        ignoreErrors(() => file.close())
      }
    } catch (error) {
      if (isPassing(error) || (!isLast && isPerhapsPassing(error))) throw error
      return new Set()
    }
  }

  /** Writes the new places. @throws the file system's error; the next call tries again */
  write(disk: Disk, path: string): void {
    if (this.#places.length === 0) return
    this.#file ??= disk.open(path, 'write')
    // Overwrites a torn record at the end. The first eight bytes belong to the head, even if it is torn.
    const end = Math.max(HEAD.length, this.#file.bytes - (this.#file.bytes % RECORD_BYTES))
    if (end === HEAD.length) writeAll(this.#file, HEAD, 0)
    writeAll(this.#file, records(this.#places), end)
    this.bytes = end + this.#places.length * RECORD_BYTES
    this.#places = []
  }

  /** Closes the file, until the next {@link write}. */
  close(): void {
    const file = this.#file
    this.#file = undefined
    if (file !== undefined) ignoreErrors(() => file.close())
  }
}

/** A whole file for places, for a conversion from another format. */
export function acknowledgementsFile(places: Iterable<number>): Buffer {
  return Buffer.concat([HEAD, records([...places])])
}

/** The places in a file's bytes. A torn or damaged record acknowledges nothing. */
export function parseAcknowledgements(bytes: Buffer): ReadonlySet<number> {
  const places = new Set<number>()
  for (let at = HEAD.length; at + RECORD_BYTES <= bytes.length; at += RECORD_BYTES) {
    const place = bytes.readUInt32LE(at)
    if (bytes.readUInt32LE(at + 4) === checkOf(place)) places.add(place)
  }
  return places
}

function records(places: readonly number[]): Buffer {
  const bytes = Buffer.allocUnsafe(places.length * RECORD_BYTES)
  let at = 0
  for (const place of places) {
    bytes.writeUInt32LE(place, at)
    bytes.writeUInt32LE(checkOf(place), at + 4)
    at += RECORD_BYTES
  }
  return bytes
}

/** A check that zeros and old bytes do not pass: a multiplicative hash (Knuth) of the place. */
function checkOf(place: number): number {
  return (Math.imul(place, 0x9e3779b1) ^ 0x41434b32) >>> 0
}
