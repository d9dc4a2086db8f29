/**
 * A disk in memory that several processes share. It fails where a test plans it, and keeps each change in a history.
 * `crash-states.ts` makes the states after a crash from that history.
 */
import { type DiskFault, DiskFaults, type DiskOperation } from './disk-faults.ts'
import type { DiskState } from './disk-state.ts'
import { MemoryProcess } from './memory-process.ts'
import { type DiskChange, type MemoryNode, MemoryTree } from './memory-tree.ts'

const BASE = 'spool'

export interface MemoryProcessOptions {
  readonly machine?: string
  readonly later?: (run: () => void) => void
}

export class MemoryDisk {
  /** The folder that exists at first. */
  readonly dir = `/${BASE}`
  /** The changes that it began with. No crash undoes them. */
  readonly base: readonly DiskChange[]
  readonly #state: DiskState

  /** `changes`: the changes to begin with. `lastId`: the last id of the disk that they come from, so that no id comes twice. */
  constructor(changes: Iterable<DiskChange> = [], lastId = 0) {
    const tree = new MemoryTree(BASE)
    this.base = [...changes]
    for (const change of this.base) tree.apply(change)
    this.#state = {
      tree,
      history: [],
      faults: new DiskFaults(),
      holders: new Map(),
      lastId,
      capacityBytes: Number.POSITIVE_INFINITY,
      refusals: 0
    }
  }

  /** All changes so far, without those of the constructor. */
  get history(): readonly DiskChange[] {
    return this.#state.history
  }

  /** The limit for the bytes of all files together. */
  set capacityBytes(bytes: number) {
    this.#state.capacityBytes = bytes
  }

  /**
   * A new process. `machine`: the name of its kernel. Locks of other kernels cannot be probed. `later`: when it syncs without
   * waiting; in a microtask by default.
   */
  process({ machine = 'aaaaaaaaaaaa', later = queueMicrotask }: MemoryProcessOptions = {}): MemoryProcess {
    return new MemoryProcess(this.#state, machine, later)
  }

  /** Plans a failure. */
  failAt(fault: DiskFault): void {
    this.#state.faults.plan(fault)
  }

  /** Removes all planned failures and the limit of space. */
  repair(): void {
    this.#state.faults.clear()
    this.capacityBytes = Number.POSITIVE_INFINITY
  }

  /** Faults that have happened. */
  get failures(): number {
    return this.#state.faults.count
  }

  /** Writes that found no room. */
  get refusals(): number {
    return this.#state.refusals
  }

  /** How often an operation was used; without `operation`, all uses. */
  uses(operation?: DiskOperation): number {
    return operation === undefined ? this.#state.faults.allUses : this.#state.faults.uses(operation)
  }

  /** Bytes of all files. */
  get bytes(): number {
    return this.#state.tree.bytes
  }

  /** The number of the last id. */
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
