/**
 * The states of a disk in memory after a crash, which may come after any change of its history. A crash is the end of a
 * process or of the power.
 *
 * A killed process loses nothing that it wrote. A power loss loses names and contents that were not synced. Names are lost from
 * some moment on, because a journal keeps their order. Contents of a file are lost as a whole, in part, or become zeros.
 */
import { MemoryDisk } from './memory-disk.ts'
import type { DataChange, DiskChange, NameChange } from './memory-tree.ts'

/** What happens to unsynced contents. */
export type Contents = 'kept' | 'lost' | 'torn' | 'zeros'

export interface CrashState {
  /** Changes that were made before the crash. */
  readonly until: number
  /** What was lost, in words. */
  readonly loss: string
  /** A new disk with the rest. */
  disk(): MemoryDisk
}

/** The safe part of the history: names and contents that were synced. */
interface Reach {
  readonly until: number
  /** Names are safe up to this change. */
  readonly names: number
  /** Whether a change of a file's contents is safe. */
  isSafe(change: DataChange, at: number): boolean
}

/** The state after the process is killed after `until` changes. */
export function afterKill(disk: MemoryDisk, until: number): CrashState {
  const changes = disk.history.slice(0, until)
  return { until, loss: 'killed', disk: () => new MemoryDisk([...disk.base, ...changes], disk.lastId) }
}

/** The possible states after a power loss after `until` changes. */
export function* afterPowerLoss(disk: MemoryDisk, until: number): Generator<CrashState> {
  const { base, history, lastId } = disk
  const reach = reachOf(history, until)
  const cuts = [until]
  for (let at = until - 1; at >= reach.names; at--) {
    const change = history[at]
    if (change !== undefined && isName(change)) cuts.push(at)
  }
  for (const cut of cuts) {
    for (const loss of lossesOf(history, reach)) {
      const where = cut === until ? 'all names' : `names before ${cut}`
      yield {
        until,
        loss: `power: ${where}, ${loss.text}`,
        disk: () => new MemoryDisk([...base, ...remaining(history, reach, cut, loss)], lastId)
      }
    }
  }
}

interface Loss {
  readonly text: string
  /** `undefined`: all files. */
  readonly file: number | undefined
  readonly contents: Contents
}

/** The same loss for all unsynced files, or for one of several. */
function lossesOf(history: readonly DiskChange[], reach: Reach): Loss[] {
  const files = new Set<number>()
  history.slice(0, reach.until).forEach((change, at) => {
    if (isData(change) && !reach.isSafe(change, at)) files.add(change.id)
  })
  const losses: Loss[] = [{ text: 'contents kept', file: undefined, contents: 'kept' }]
  if (files.size === 0) return losses
  for (const contents of ['lost', 'torn', 'zeros'] as const) {
    losses.push({ text: `contents ${contents}`, file: undefined, contents })
    if (files.size === 1) continue
    for (const file of files) losses.push({ text: `contents of file ${file} ${contents}`, file, contents })
  }
  return losses
}

function* remaining(
  history: readonly DiskChange[],
  reach: Reach,
  cut: number,
  { file, contents }: Loss
): Generator<DiskChange> {
  const lastWrites = new Map<number, number>()
  for (let at = 0; at < reach.until; at++) {
    const change = history[at]
    if (change?.kind === 'write') lastWrites.set(change.id, at)
  }
  for (let at = 0; at < reach.until; at++) {
    const change = history[at]
    if (change === undefined || (isName(change) && at >= cut)) continue
    const isSafe = !isData(change) || reach.isSafe(change, at)
    if (isSafe || contents === 'kept' || (file !== undefined && file !== change.id)) yield change
    else yield* partOf(change, contents, lastWrites.get(change.id) === at)
  }
}

function* partOf(change: DataChange, contents: Contents, isLast: boolean): Generator<DataChange> {
  if (contents === 'lost') return
  if (change.kind === 'truncate') yield change
  else if (contents === 'zeros') yield { ...change, bytes: Buffer.alloc(change.bytes.length) }
  else yield isLast ? { ...change, bytes: change.bytes.subarray(0, change.bytes.length / 2) } : change
}

function reachOf(history: readonly DiskChange[], until: number): Reach {
  const contents = new Map<number, number>()
  const folders = new Map<number, number>()
  const failed: { readonly id: number; readonly from: number; readonly before: number }[] = []
  for (const change of history.slice(0, until)) {
    if (change.kind === 'sync') contents.set(change.id, Math.max(change.before, contents.get(change.id) ?? 0))
    if (change.kind === 'failed sync') failed.push({ ...change, from: contents.get(change.id) ?? 0 })
    if (change.kind === 'syncFolder')
      folders.set(change.id, Math.max(change.before, folders.get(change.id) ?? 0))
  }
  let names = 0
  history.slice(0, until).forEach((change, at) => {
    if (isName(change) && foldersOf(change).every((folder) => at < (folders.get(folder) ?? 0))) names = at + 1
  })
  const isSafe = ({ id }: DataChange, at: number) =>
    at < (contents.get(id) ?? 0) &&
    !failed.some((range) => range.id === id && range.from <= at && at < range.before)
  return { until, names, isSafe }
}

function foldersOf(change: NameChange): number[] {
  return change.kind === 'rename' ? [change.from.folder, change.to.folder] : [change.at.folder]
}

function isName(change: DiskChange): change is NameChange {
  return change.kind === 'make' || change.kind === 'rename' || change.kind === 'remove'
}

function isData(change: DiskChange): change is DataChange {
  return change.kind === 'write' || change.kind === 'truncate'
}
