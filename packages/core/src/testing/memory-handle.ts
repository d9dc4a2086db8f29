/** An open file of a disk in memory. */
import type { DiskFile } from '../spool/disk.ts'
import { DiskError, type DiskOperation } from './disk-faults.ts'
import { applyChange, type DiskState } from './disk-state.ts'
import type { MemoryFile } from './memory-tree.ts'

/** The process that has opened the file. */
export interface HandleOwner {
  /** Counts a use. @throws DiskError if a failure is planned */
  use(operation: DiskOperation): number | undefined
  /** Syncs in a microtask. */
  soon(kind: 'sync', idOf: () => number, done: (error: unknown) => void): void
}

export class MemoryHandle implements DiskFile {
  readonly #process: HandleOwner
  readonly #state: DiskState
  readonly #file: MemoryFile
  #isClosed = false

  constructor(process: HandleOwner, state: DiskState, file: MemoryFile) {
    this.#process = process
    this.#state = state
    this.#file = file
  }

  get bytes(): number {
    this.#check()
    return this.#file.size
  }

  read(into: Buffer, position: number): number {
    this.#check()
    this.#process.use('read')
    return this.#file.read(into, position)
  }

  write(bytes: Buffer, offset: number, position: number): number {
    this.#check()
    const most = this.#process.use('write') ?? bytes.length
    const grows = Math.max(0, position + bytes.length - offset - this.#file.size)
    const room = this.#state.capacityBytes - this.#state.tree.bytes
    if (grows > 0 && room <= 0) {
      this.#state.refusals++
      throw new DiskError('ENOSPC', 'write')
    }
    const length = Math.min(
      bytes.length - offset,
      most,
      grows > room ? bytes.length - offset - grows + room : most
    )
    const written = Buffer.from(bytes.subarray(offset, offset + length))
    applyChange(this.#state, { kind: 'write', id: this.#file.id, position, bytes: written })
    return length
  }

  truncate(bytes: number): void {
    this.#check()
    this.#process.use('truncate')
    applyChange(this.#state, { kind: 'truncate', id: this.#file.id, bytes })
  }

  sync(): void {
    this.#check()
    const { id } = this.#file
    const before = this.#state.history.length
    try {
      this.#process.use('sync')
    } catch (error) {
      applyChange(this.#state, { kind: 'failed sync', id, before })
      throw error
    }
    applyChange(this.#state, { kind: 'sync', id, before })
  }

  syncSoon(done: (error: unknown) => void): void {
    this.#check()
    this.#process.soon('sync', () => this.#file.id, done)
  }

  close(): void {
    this.#check()
    this.#isClosed = true
    this.#process.use('close')
  }

  #check(): void {
    if (this.#isClosed) throw new DiskError('EBADF', 'use')
  }
}
