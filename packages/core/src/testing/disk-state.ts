/** The state that the processes of a disk in memory share. */
import type { DiskFaults } from './disk-faults.ts'
import type { DiskChange, MemoryTree } from './memory-tree.ts'

export interface DiskState {
  readonly tree: MemoryTree
  readonly history: DiskChange[]
  readonly faults: DiskFaults
  /** The holders of locks, by the number of the lock's file. */
  readonly holders: Map<number, { readonly isAlive: boolean; readonly machine: string }>
  lastId: number
  capacityBytes: number
  /** Writes that found no room. */
  refusals: number
}

/** Applies a change and adds it to the history. */
export function applyChange({ history, tree }: DiskState, change: DiskChange): void {
  history.push(change)
  tree.apply(change)
}
