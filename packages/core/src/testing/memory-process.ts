/** The processes of a disk in memory. They share the files; each has its own locks and open files, and can be killed alone. */
import type { Disk, DiskFile, FileFacts, Lock, LockState } from '../spool/disk.ts'
import { DiskError, type DiskOperation } from './disk-faults.ts'
import { applyChange, type DiskState } from './disk-state.ts'
import { MemoryHandle } from './memory-handle.ts'
import type { DiskChange, MemoryNode, Place } from './memory-tree.ts'

/** A disk in memory as one process sees it. */
export class MemoryProcess implements Disk {
  readonly machine: string
  readonly #state: DiskState
  readonly #later: (run: () => void) => void
  #isDead = false

  /** `later`: runs what the disk does without making anybody wait. */
  constructor(state: DiskState, machine: string, later: (run: () => void) => void) {
    this.#state = state
    this.machine = machine
    this.#later = later
  }

  get isAlive(): boolean {
    return !this.#isDead
  }

  /** Kills the process: its locks end, and every later call of it or of its files throws. */
  kill(): void {
    this.#isDead = true
  }

  newId(): string {
    return (++this.#state.lastId).toString(16).padStart(16, '0')
  }

  /** True: another machine may use the disk, so the spool looks after every write. */
  isShared(): boolean {
    return true
  }

  list(path: string): string[] {
    this.use('list', path)
    const node = this.#state.tree.find(path)
    if (node === undefined) return []
    if (node.kind !== 'folder') throw new DiskError('ENOTDIR', 'list', path)
    // Reversed, because no file system promises the order of creation.
    return [...node.names.keys()].reverse()
  }

  stat(path: string): FileFacts | undefined {
    this.use('stat', path)
    const node = this.#state.tree.find(path)
    if (node === undefined) return undefined
    return {
      kind: node.kind === 'lock' ? 'other' : node.kind,
      bytes: node.kind === 'file' ? node.size : 0,
      mark: node.mark
    }
  }

  exists(path: string): boolean {
    try {
      return this.stat(path) !== undefined
    } catch (error) {
      if (this.#isDead) throw error
      return false
    }
  }

  makeFolder(path: string): void {
    this.use('makeFolder', path)
    this.#make('folder', path)
  }

  removeFolder(path: string): void {
    this.use('removeFolder', path)
    const node = this.#existing('removeFolder', path)
    if (node.kind !== 'folder') throw new DiskError('ENOTDIR', 'removeFolder', path)
    if (node.names.size > 0) throw new DiskError('ENOTEMPTY', 'removeFolder', path)
    this.#change({ kind: 'remove', id: node.id, at: this.#place('removeFolder', path) })
  }

  rename(from: string, to: string): void {
    this.use('rename', from)
    const node = this.#existing('rename', from)
    const target = this.#state.tree.find(to)
    if (target?.kind === 'folder' && target.names.size > 0) throw new DiskError('ENOTEMPTY', 'rename', to)
    const places = { from: this.#place('rename', from), to: this.#place('rename', to) }
    this.#change({ kind: 'rename', id: node.id, ...places })
  }

  remove(path: string): void {
    this.use('remove', path)
    const node = this.#state.tree.find(path)
    if (node === undefined) return
    if (node.kind === 'folder') throw new DiskError('EISDIR', 'remove', path)
    this.#change({ kind: 'remove', id: node.id, at: this.#place('remove', path) })
  }

  syncFolder(path: string): void {
    this.use('syncFolder', path)
    const { id } = this.#existing('syncFolder', path)
    this.#change({ kind: 'syncFolder', id, before: this.#state.history.length })
  }

  syncFolderSoon(path: string, done: (error: unknown) => void): void {
    this.soon('syncFolder', () => this.#existing('syncFolder', path).id, done)
  }

  open(path: string, access: 'read' | 'write' | 'create'): DiskFile {
    this.use(access === 'create' ? 'create' : 'open', path)
    const found = this.#state.tree.find(path)
    if (found === undefined && access === 'read') throw new DiskError('ENOENT', 'open', path)
    if (found !== undefined && access === 'create') throw new DiskError('EEXIST', 'create', path)
    const node = found ?? this.#make('file', path)
    if (node.kind !== 'file') throw new Error('it is no regular file')
    return new MemoryHandle(this, this.#state, node)
  }

  lock(path: string): Lock {
    this.use('lock', path)
    // Under another name first, as a socket does that is not listening yet.
    const cut = path.lastIndexOf('/') + 1
    const unborn = `${path.slice(0, cut)}.${path.slice(cut)}.new`
    const { id } = this.#make('lock', unborn)
    const places = { from: this.#place('lock', unborn), to: this.#place('lock', path) }
    this.#change({ kind: 'rename', id, ...places })
    const { holders } = this.#state
    holders.set(id, this)
    return {
      release: () => {
        if (this.#isDead) return
        holders.delete(id)
        const node = this.#state.tree.find(path)
        if (node?.id === id) this.#change({ kind: 'remove', id, at: this.#place('lock', path) })
      }
    }
  }

  async probe(path: string): Promise<LockState> {
    const node = this.#state.tree.find(path)
    if (node === undefined) return 'released'
    if (node.kind !== 'lock') return 'unknown'
    const holder = this.#state.holders.get(node.id)
    return holder?.isAlive === true && holder.machine === this.machine ? 'alive' : 'refused'
  }

  touch(path: string, mark: number): void {
    this.use('touch', path)
    this.#change({ kind: 'touch', id: this.#existing('touch', path).id, mark })
  }

  /** Counts a use. @throws DiskError if a failure is planned, another error if the process is dead */
  use(operation: DiskOperation, path?: string): number | undefined {
    if (this.#isDead) throw new Error('the process is dead')
    return this.#state.faults.use(operation, path)
  }

  /** Syncs later. Changes until then are not part of the sync. */
  soon(kind: 'sync' | 'syncFolder', idOf: () => number, done: (error: unknown) => void): void {
    const before = this.#state.history.length
    this.#later(() => {
      if (this.#isDead) return
      try {
        this.use(kind)
        this.#change({ kind, id: idOf(), before })
      } catch (error) {
        if (kind === 'sync') this.#change({ kind: 'failed sync', id: idOf(), before })
        done(error)
        return
      }
      done(undefined)
    })
  }

  #change(change: DiskChange): void {
    applyChange(this.#state, change)
  }

  #make(what: 'folder' | 'file' | 'lock', path: string): MemoryNode {
    if (this.#state.tree.find(path) !== undefined) throw new DiskError('EEXIST', 'make', path)
    this.#change({ kind: 'make', what, id: this.#state.tree.newId(), at: this.#place('make', path) })
    return this.#existing('make', path)
  }

  #existing(operation: string, path: string): MemoryNode {
    const node = this.#state.tree.find(path)
    if (node === undefined) throw new DiskError('ENOENT', operation, path)
    return node
  }

  #place(operation: string, path: string): Place {
    const place = this.#state.tree.place(path)
    if (place === undefined) throw new DiskError('ENOENT', operation, path)
    return place
  }
}
