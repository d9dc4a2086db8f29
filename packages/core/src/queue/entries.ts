/**
 * What the queue knows about each line, as numbers in flat arrays: nothing is allocated for a line.
 *
 * Entries stand in chunks. A chunk is made when all others are full, and freed when it is empty and {@link SPARE_CHUNKS} others
 * are, so that growing never copies, a peak is given back, and a steady flow makes no garbage. Freed entries are used again before a new chunk is made.
 */

import { giveBack } from '../give-back.ts'

/** No line. */
export const NONE = -1

const CHUNK_BITS = 12
const CHUNK_SIZE = 1 << CHUNK_BITS
const CHUNK_MASK = CHUNK_SIZE - 1
const SPARE_CHUNKS = 4

/** Fields of {@link Chunk.ints}. */
export const START = 0
export const LENGTH = 1
export const NEXT = 2
export const EPOCH = 3
export const ATTEMPTS = 4
/** Neighbours among the lines of a page. */
export const OLDER = 5
export const NEWER = 6
const INTS = 7

/** Fields of {@link Chunk.floats}. */
export const WRITTEN_AT = 0
export const SPOOL_ID = 1
const FLOATS = 2

/** Bytes of an entry: its numbers, and the reference to its page. */
export const ENTRY_BYTES: number = INTS * 4 + FLOATS * 8 + 8

interface Chunk<Owner> {
  readonly ints: Int32Array
  readonly floats: Float64Array
  /** `undefined` where an entry is free. */
  readonly owners: (Owner | undefined)[]
  free: number
  used: number
  /** Whether it stands in the list of chunks with free entries. */
  isOpen: boolean
}

export class Entries<Owner> {
  // A freed chunk leaves a hole, whose number is used again.
  readonly #chunks: (Chunk<Owner> | undefined)[] = []
  readonly #holes: number[] = []
  /** Numbers of chunks with free entries; the last one is used. */
  readonly #open: number[] = []
  /** Chunks without a line. */
  #empty = 0

  /** Bytes of all chunks. */
  get heldBytes(): number {
    return (this.#chunks.length - this.#holes.length) * CHUNK_SIZE * ENTRY_BYTES
  }

  /** Sets all fields of an entry; one look for the chunk instead of one for each field. */
  fill(
    id: number,
    start: number,
    length: number,
    epoch: number,
    older: number,
    writtenAt: number,
    spoolId: number
  ): void {
    const { ints, floats } = this.#chunk(id >>> CHUNK_BITS)
    const at = (id & CHUNK_MASK) * INTS
    ints[at + START] = start
    ints[at + LENGTH] = length
    ints[at + NEXT] = NONE
    ints[at + EPOCH] = epoch
    ints[at + ATTEMPTS] = 0
    ints[at + OLDER] = older
    ints[at + NEWER] = NONE
    const floatsAt = (id & CHUNK_MASK) * FLOATS
    floats[floatsAt + WRITTEN_AT] = writtenAt
    floats[floatsAt + SPOOL_ID] = spoolId
  }

  /** Takes an entry; gives its number. Its fields hold old values. */
  take(owner: Owner): number {
    const index = this.#open.at(-1) ?? this.#grow()
    const chunk = this.#chunk(index)
    const slot = chunk.free
    chunk.free = chunk.ints[slot * INTS + NEXT] ?? NONE
    chunk.owners[slot] = owner
    if (chunk.used === 0) this.#empty--
    chunk.used++
    if (chunk.free === NONE) {
      chunk.isOpen = false
      this.#open.pop()
    }
    return (index << CHUNK_BITS) | slot
  }

  /** Frees an entry. */
  release(id: number): void {
    const index = id >>> CHUNK_BITS
    const slot = id & CHUNK_MASK
    const chunk = this.#chunk(index)
    chunk.owners[slot] = undefined
    chunk.ints[slot * INTS + NEXT] = chunk.free
    // A holder of the old number must not take it for a line that is on disk.
    chunk.floats[slot * FLOATS + SPOOL_ID] = NONE
    chunk.free = slot
    chunk.used--
    if (!chunk.isOpen) {
      chunk.isOpen = true
      this.#open.push(index)
    }
    if (chunk.used > 0) return
    this.#empty++
    if (this.#empty > SPARE_CHUNKS) this.#drop(index)
  }

  /** Whether the number stands for something: it may have been released. */
  has(id: number): boolean {
    return this.#chunks[id >>> CHUNK_BITS]?.owners[id & CHUNK_MASK] !== undefined
  }

  int(id: number, field: number): number {
    return this.#chunk(id >>> CHUNK_BITS).ints[(id & CHUNK_MASK) * INTS + field] ?? 0
  }

  setInt(id: number, field: number, value: number): void {
    this.#chunk(id >>> CHUNK_BITS).ints[(id & CHUNK_MASK) * INTS + field] = value
  }

  float(id: number, field: number): number {
    return this.#chunk(id >>> CHUNK_BITS).floats[(id & CHUNK_MASK) * FLOATS + field] ?? 0
  }

  setFloat(id: number, field: number, value: number): void {
    this.#chunk(id >>> CHUNK_BITS).floats[(id & CHUNK_MASK) * FLOATS + field] = value
  }

  /** The owner given to {@link take}. @throws RangeError for a free entry */
  owner(id: number): Owner {
    return this.#chunk(id >>> CHUNK_BITS).owners[id & CHUNK_MASK] ?? failNoLine(id)
  }

  setOwner(id: number, owner: Owner): void {
    this.#chunk(id >>> CHUNK_BITS).owners[id & CHUNK_MASK] = owner
  }

  /** Visits all entries in use. A walk over all: for rare events. */
  forEach(visit: (id: number) => void): void {
    for (let index = 0; index < this.#chunks.length; index++) {
      const owners = this.#chunks[index]?.owners
      if (owners === undefined) continue
      for (let slot = 0; slot < CHUNK_SIZE; slot++) {
        if (owners[slot] !== undefined) visit((index << CHUNK_BITS) | slot)
      }
    }
  }

  /** @throws RangeError for a number that was never given */
  #chunk(index: number): Chunk<Owner> {
    return this.#chunks[index] ?? failNoChunk(index)
  }

  #grow(): number {
    const index = this.#holes.pop() ?? this.#chunks.length
    this.#chunks[index] = newChunk()
    this.#open.push(index)
    this.#empty++
    return index
  }

  #drop(index: number): void {
    this.#empty--
    // Rare: once for 4,096 lines at most.
    this.#open.splice(this.#open.indexOf(index), 1)
    const chunk = this.#chunks[index]
    if (chunk !== undefined) {
      giveBack(chunk.ints)
      giveBack(chunk.floats)
    }
    this.#chunks[index] = undefined
    this.#holes.push(index)
  }
}

function newChunk<Owner>(): Chunk<Owner> {
  const ints = new Int32Array(CHUNK_SIZE * INTS)
  for (let slot = 0; slot < CHUNK_SIZE; slot++) {
    ints[slot * INTS + NEXT] = slot + 1 < CHUNK_SIZE ? slot + 1 : NONE
  }
  return {
    ints,
    floats: new Float64Array(CHUNK_SIZE * FLOATS),
    owners: new Array<Owner | undefined>(CHUNK_SIZE).fill(undefined),
    free: 0,
    used: 0,
    isOpen: true
  }
}

// Apart, so that the functions above are small enough to be inlined where every line passes.

function failNoChunk(index: number): never {
  throw new RangeError(`no lines from ${index << CHUNK_BITS} on`)
}

function failNoLine(id: number): never {
  throw new RangeError(`no line ${id}`)
}
