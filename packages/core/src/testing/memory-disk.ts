/**
 * A disk in memory that several processes share. It keeps each change in a history, from which `crash-states.ts` makes
 * what a crash would have left, and fails where the test wants it to.
 */
import { type DiskFault, DiskFaults, type DiskOperation } from './disk-faults.ts'
import type { DiskState } from './disk-state.ts'
import { MemoryProcess } from './memory-process.ts'
import { type DiskChange, type MemoryNode, MemoryTree } from './memory-tree.ts'

const BASE = 'spool'

export class MemoryDisk {
  /** The folder that exists from the beginning. */
  readonly dir = `/${BASE}`
  readonly #state: DiskState

  /** `changes`: what it begins with. `lastId`: of another disk whose past that is, so that no id comes twice. */
  constructor(changes: Iterable<DiskChange> = [], lastId = 0) {
    const tree = new MemoryTree(BASE)
    for (const change of changes) tree.apply(change)
    this.#state = {
      tree,
      history: [],
      faults: new DiskFaults(),
      holders: new Map(),
      lastId,
      capacityBytes: Number.POSITIVE_INFINITY
    }
  }

  /** All changes so far, but for those that it began with. */
  get history(): readonly DiskChange[] {
    return this.#state.history
  }

  /** Bytes that all files may have together. */
  set capacityBytes(bytes: number) {
    this.#state.capacityBytes = bytes
  }

  /** A new process. `machine`: names its kernel, so that locks of other kernels cannot be asked. */
  process({ machine = 'aaaaaaaaaaaa' }: { readonly machine?: string } = {}): MemoryProcess {
    return new MemoryProcess(this.#state, machine)
  }

  /** Lets an operation fail. */
  failAt(fault: DiskFault): void {
    this.#state.faults.plan(fault)
  }

  /** Nothing fails any more, and there is room. */
  repair(): void {
    this.#state.faults.clear()
    this.capacityBytes = Number.POSITIVE_INFINITY
  }

  /** Faults that have happened. */
  get failures(): number {
    return this.#state.faults.count
  }

  /** How often an operation was used, or all of them. */
  uses(operation?: DiskOperation): number {
    return operation === undefined ? this.#state.faults.allUses : this.#state.faults.uses(operation)
  }

  /** Bytes of all files. */
  get bytes(): number {
    return this.#state.tree.bytes
  }

  /** The number in the last id. */
  get lastId(): number {
    return this.#state.lastId
  }

  /** Paths of all files below the folder. */
  get files(): string[] {
    const paths: string[] = []
    const walk = (node: MemoryNode | undefined, path: string) => {
      if (node?.kind === 'folder') for (const [name, inner] of node.names) walk(inner, `${path}/${name}`)
      else paths.push(path)
    }
    walk(this.#state.tree.find(this.dir), this.dir)
    return paths
  }

  /** Contents of a file. */
  contents(path: string): Buffer {
    const file = this.#state.tree.find(path)
    if (file?.kind !== 'file') return Buffer.alloc(0)
    const bytes = Buffer.alloc(file.size)
    file.read(bytes, 0)
    return bytes
  }
}
