/**
 * The folder of one spool: which part of it is ours, and whose parts are nobody's any more.
 *
 * Each producer has a folder of its own inside the user's, with a lock that says who it is and is touched every few
 * seconds. A folder whose owner has gone is an orphan; it is adopted by renaming it into our own, which only one
 * of several processes can do.
 */

import { randomBytes } from 'node:crypto'
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync
} from 'node:fs'
import { hostname } from 'node:os'
import { basename, join } from 'node:path'

/** How often the lock is touched. */
export const HEARTBEAT_MS = 5_000

/** Without a word for so long an owner that cannot be asked (other host, other container) counts as gone. */
const SILENT_MS = 15_000
/** A process that is alive may have been blocked or stopped; its number may also belong to another by now. */
const SILENT_THOUGH_ALIVE_MS = 300_000

const LOCK = 'lock.json'

// The user's folder may hold other things, perhaps even other logs: only what is named like ours is ever touched.
const FOLDER_NAME = /^\d+-[0-9a-f]{12}$/
const SEGMENT_NAME = /(?:^|[\\/])\d{14}-\d{8}\.log$/
const FOLDER_MODE = 0o700
const FILE_MODE = 0o600

interface Owner {
  readonly pid: number
  readonly host: string
  /** When the process started, in the words of its system; '' where that cannot be told. */
  readonly start: string
}

// Folders of this thread's own producers. Another thread has another copy of this module, but the same pid.
const own = new Set<string>()

export class SpoolFolder {
  /** Absolute path of our own part. */
  readonly path: string
  readonly #dir: string

  /** @throws the file system's error if the folder cannot be made or written */
  constructor(dir: string) {
    this.#dir = dir
    mkdirSync(dir, { recursive: true, mode: FOLDER_MODE })
    const name = `${process.pid}-${randomBytes(6).toString('hex')}`
    const owner: Owner = { pid: process.pid, host: hostname(), start: startOf(process.pid) }
    // Made complete under a name that nobody adopts, so that no folder is ever seen without its lock.
    const unborn = join(dir, `.${name}`)
    mkdirSync(unborn, { mode: FOLDER_MODE })
    writeFileSync(join(unborn, LOCK), JSON.stringify(owner), { mode: FILE_MODE })
    this.path = join(dir, name)
    renameSync(unborn, this.path)
    own.add(this.path)
  }

  /** Says that we are alive. False if the folder is ours no more: somebody took us for dead. */
  touch(nowMs: number): boolean {
    try {
      utimesSync(join(this.path, LOCK), nowMs / 1_000, nowMs / 1_000)
      return true
    } catch {
      return false
    }
  }

  /** Takes over what others left and gives the paths of its segments, oldest first. */
  adopt(nowMs: number): string[] {
    const found: string[] = []
    for (const name of list(this.#dir)) {
      const path = join(this.#dir, name)
      if (!FOLDER_NAME.test(name) || path === this.path || !isOrphan(path, nowMs)) continue
      const adopted = join(this.path, name)
      try {
        renameSync(path, adopted)
      } catch {
        // Another process was faster, or it is no folder of a spool.
        continue
      }
      found.push(...segmentsIn(adopted))
    }
    return found.sort(byName)
  }

  /** Gives the folder up: deleted if nothing is left in it, else left without a lock for the next start. */
  release(): void {
    own.delete(this.path)
    try {
      rmSync(join(this.path, LOCK), { force: true })
      removeEmpty(this.path)
    } catch {
      // What is left has an owner that is gone, so it is an orphan.
    }
  }
}

/** Name for a new segment: names sort by age, whichever process gave them. */
export function segmentName(nowMs: number, sequence: number): string {
  return `${String(Math.floor(nowMs)).padStart(14, '0')}-${String(sequence).padStart(8, '0')}.log`
}

/** The time in a name that {@link segmentName} gave. */
export function timeOf(path: string): number {
  return Number(basename(path).slice(0, 14))
}

function isOrphan(path: string, nowMs: number): boolean {
  if (own.has(path)) return false
  let owner: Owner
  let touchedMs: number
  try {
    if (!statSync(path).isDirectory()) return false
    owner = readOwner(join(path, LOCK))
    touchedMs = statSync(join(path, LOCK)).mtimeMs
  } catch {
    // No lock: given up by its owner.
    return segmentsIn(path).length > 0
  }
  const silentMs = nowMs - touchedMs
  if (owner.host !== hostname()) return silentMs > SILENT_MS
  if (owner.pid === process.pid && owner.start === startOf(process.pid)) return silentMs > SILENT_MS
  return !isAlive(owner.pid) || owner.start !== startOf(owner.pid) || silentMs > SILENT_THOUGH_ALIVE_MS
}

function readOwner(path: string): Owner {
  const { pid, host, start }: Owner = JSON.parse(readFileSync(path, 'utf8'))
  return { pid: Number(pid), host: String(host), start: String(start) }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // Not ours to signal, but there.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** Tells a process from a later one with the same number: containers start again with pid 1. Linux only. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The name, in brackets, may hold spaces; the start time is the 20th field behind it.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
  } catch {
    return ''
  }
}

/** Segments in a folder and in those that it had adopted. */
function segmentsIn(path: string): string[] {
  return list(path, true)
    .filter((name) => SEGMENT_NAME.test(name))
    .map((name) => join(path, name))
}

function byName(a: string, b: string): number {
  return basename(a) < basename(b) ? -1 : 1
}

function list(path: string, recursive = false): string[] {
  try {
    return readdirSync(path, { recursive, encoding: 'utf8' })
  } catch {
    return []
  }
}

/** Deletes folders that hold no file. @throws if one does */
function removeEmpty(path: string): void {
  for (const name of list(path)) {
    const child = join(path, name)
    if (statSync(child).isDirectory()) {
      // What an adopted folder still has besides segments is its old lock, and acknowledgements without entries.
      if (segmentsIn(child).length === 0) rmSync(child, { recursive: true, force: true })
    }
  }
  rmdirSync(path)
}
