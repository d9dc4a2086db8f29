/**
 * The contents of a spool's folder, for an operator. Reads without a lock, without a claim and without a change.
 *
 * Bounded by: one chunk of one segment in memory. The event loop goes on between chunks. Producers may work in the folder
 * meanwhile, so the result is a snapshot.
 */
import { readdirSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { type DisConfigError, invalidOption } from '../errors.ts'
import { ROUTE_KINDS } from '../record/route.ts'
import { codeOf } from './disk.ts'
import { machineDisk } from './files.ts'
import { findLegacyParts, sortLegacyParts } from './legacy.ts'
import { byAge, isOfMachine, lockName, NOBODY, type PartName, parsePartName, segmentNumber } from './names.ts'
import { Part } from './part.ts'
import { Segment } from './segment.ts'
import { readHeadOf, type SegmentHead, type SpoolTarget } from './segment-head.ts'

/** How a line finds its partition. `'spread'`: any partition. */
export type SpoolRoute = keyof typeof ROUTE_KINDS

/** The producer that owns a part. */
export interface SpoolOwner {
  /** Its name in the folder. A producer gets another name with each start. */
  readonly id: string
  /**
   * `'alive'`: the owner holds its lock. `'dead'`: nobody owns the part, and the next producer for its stream takes it.
   *
   * `'unknown'`: only a heartbeat tells, and a producer takes the part after a minute without one. The owner ran on another
   * kernel, it has no lock that ends with its process, or somebody has deleted its lock.
   */
  readonly state: 'alive' | 'dead' | 'unknown'
  /** The lock file. While the owner lives, its modification time changes every five seconds. Only the change has a meaning. */
  readonly lock: string
}

/** One folder of segments. */
export interface SpoolPart {
  /** The absolute path. It changes with the owner. */
  readonly path: string
  /** The stream of its lines; `undefined` if no file names one, as in the older format. */
  readonly target: SpoolTarget | undefined
  /** Whether it has the older format, in which files do not name their stream. */
  readonly isOlderFormat: boolean
  readonly owner: SpoolOwner
  /** The process that wrote the first segment. By now another one may be the owner. */
  readonly writer: { readonly host: string; readonly pid: number } | undefined
  /** Lines that are not acknowledged. For the older format: all lines in its files, so perhaps fewer wait. */
  readonly lines: number
  /** Bytes on disk, with acknowledged lines: a file is deleted when all its lines are acknowledged. */
  readonly bytes: number
  /** When the oldest of these lines was written, in ms since the epoch; `undefined` without lines. */
  readonly oldestAt: number | undefined
  /** The number of places that cannot be read and of files that cannot be opened. A torn end is normal after a crash. */
  readonly damaged: number
  /** How these lines find their partitions. */
  readonly routes: readonly SpoolRoute[]
}

/** The result of {@link inspectSpool}. */
export interface SpoolInspection {
  /** The absolute path. */
  readonly dir: string
  /** The parts, oldest first. Those of the older format come before all others. */
  readonly parts: readonly SpoolPart[]
  /** Files that a producer could not read and set aside. Nobody sends them. */
  readonly setAside: readonly { readonly path: string; readonly bytes: number }[]
}

/** A part may get another owner, and so another name, while it is read. Then the folder is listed again. */
const MAX_LOOKS = 3

const WORDS: Readonly<Record<string, string>> = { ENOENT: 'no such folder', ENOTDIR: 'it is no folder' }

const ROUTES: readonly SpoolRoute[] = ['partitionKey', 'partitionId', 'explicitHashKey', 'spread']

/**
 * Reads the folder of a spool (`spool.dir`), for all streams. It makes no lock, takes nothing over and changes nothing, so it may
 * run beside producers. It counts damage and does not throw for it.
 * @throws DisConfigError if the folder is missing, or must not be read
 */
export async function inspectSpool(dir: string): Promise<SpoolInspection> {
  const path = resolve(dir).replaceAll('\\', '/')
  try {
    return await inspectFolder(path)
  } catch (error) {
    throw problemOf(path, error)
  }
}

async function inspectFolder(path: string): Promise<SpoolInspection> {
  const names = readdirSync(path)
  const locks = new Map(findLegacyParts(machineDisk, path, names).map(({ name, lock }) => [name, lock]))
  const legacy: SpoolPart[] = []
  for (const name of sortLegacyParts(machineDisk, path, [...locks.keys()])) {
    legacy.push(await inspectLegacyPart(`${path}/${name}`, `${path}/${locks.get(name)}`))
  }
  const found = new Map<string, { readonly name: PartName; readonly part: SpoolPart }>()
  for (let look = 0; look < MAX_LOOKS; look++) {
    const unseen = machineDisk.list(path).flatMap((name) => parsePartName(name) ?? [])
    for (const name of unseen.filter(({ id }) => !found.has(id))) {
      const part = await inspectPart(path, name)
      if (part !== undefined) found.set(name.id, { name, part })
    }
  }
  const parts = [...found.values()].sort((a, b) => byAge(a.name, b.name))
  // If a part's own files do not name the stream, another part with the same target may.
  const targets = new Map(
    parts.flatMap(({ name, part }) => (part.target ? [[name.target, part.target]] : []))
  )
  return {
    dir: path,
    parts: [
      ...legacy,
      ...parts.map(({ name, part }) => ({ ...part, target: part.target ?? targets.get(name.target) }))
    ],
    setAside: names
      .filter((name) => name.startsWith('unreadable-'))
      .map((name) => `${path}/${name}`)
      .map((file) => ({ path: file, bytes: machineDisk.stat(file)?.bytes ?? 0 }))
  }
}

/** The facts of a part; `undefined` if it is gone. */
async function inspectPart(dir: string, name: PartName): Promise<SpoolPart | undefined> {
  const part = new Part(machineDisk, dir, name)
  const owner = await inspectOwner(dir, name.owner)
  const facts = await inspectSegments(part, part.path, owner)
  return machineDisk.exists(part.path) ? facts : undefined
}

async function inspectLegacyPart(path: string, lock: string): Promise<SpoolPart> {
  const state = machineDisk.exists(lock) ? 'unknown' : 'dead'
  const noPart = new Part(machineDisk, path, { generation: 0, id: '', target: '', owner: '' })
  const facts = await inspectSegments(noPart, path, { id: basename(path), state, lock })
  return { ...facts, isOlderFormat: true }
}

async function inspectSegments(part: Part, path: string, owner: SpoolOwner): Promise<SpoolPart> {
  const files = filesIn(path)
  const segments: SegmentFacts[] = []
  for (const file of files.filter((name) => name.endsWith('.log'))) {
    const facts = await inspectSegment(part, file)
    // A living owner may have been in the middle of a write.
    const isFinal = facts.damaged === 0 || owner.state === 'dead'
    segments.push(isFinal ? facts : await inspectSegment(part, file))
  }
  const head = segments.find((segment) => segment.head !== undefined)?.head
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
  const oldestAt = Math.min(...segments.map((segment) => segment.oldestAt))
  return {
    path,
    target: head && targetOf(head),
    isOlderFormat: false,
    owner,
    writer: head && { host: head.host, pid: head.pid },
    lines: sum(segments.map(({ lines }) => lines)),
    bytes: sum(files.map((file) => machineDisk.stat(file)?.bytes ?? 0)),
    oldestAt: Number.isFinite(oldestAt) ? oldestAt : undefined,
    damaged: sum(segments.map(({ damaged }) => damaged)),
    routes: ROUTES.filter((route) => segments.some(({ routes }) => routes.has(route)))
  }
}

interface SegmentFacts {
  head: SegmentHead | undefined
  lines: number
  damaged: number
  oldestAt: number
  readonly routes: Set<SpoolRoute>
}

/** The facts of a segment. An unreadable file is damage; a missing file is not. */
async function inspectSegment(part: Part, path: string): Promise<SegmentFacts> {
  const facts: SegmentFacts = { head: undefined, lines: 0, damaged: 0, oldestAt: Infinity, routes: new Set() }
  // Segments of the older format have other names, and may be in folders inside the part.
  const older = { ...machineDisk, exists: () => false, open: () => machineDisk.open(path, 'read') }
  const number = segmentNumber(basename(path))
  const disk = number === undefined ? older : machineDisk
  const segment = Segment.found(disk, part, number ?? 0, machineDisk.stat(path)?.bytes ?? 0)
  try {
    facts.head = headOf(path)
    while (segment.isUnread) {
      segment.read(({ kind, value, writtenAt, isNotice }) => {
        if (isNotice) return
        facts.lines++
        facts.oldestAt = Math.min(facts.oldestAt, writtenAt)
        facts.routes.add(routeOf(kind, value))
      })
      await new Promise((resume) => setImmediate(resume))
    }
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') facts.damaged++
  }
  segment.close()
  facts.damaged += segment.unread.damaged
  return facts
}

/** In the older format, an empty key stands for a route without keys. */
function routeOf(kind: number, value: string): SpoolRoute {
  const route = ROUTES.find((name) => ROUTE_KINDS[name] === kind) ?? 'spread'
  return route === 'partitionKey' && value === '' ? 'spread' : route
}

async function inspectOwner(dir: string, id: string): Promise<SpoolOwner> {
  const lock = `${dir}/${lockName(id)}`
  if (id === NOBODY) return { id, lock, state: 'dead' }
  const answer = await machineDisk.probe(lock)
  if (answer === 'alive') return { id, lock, state: 'alive' }
  // An owner that closes gives its parts back before its lock. So a missing lock was deleted, and its owner may live.
  const isDead = answer === 'refused' && isOfMachine(id, machineDisk.machine)
  return { id, lock, state: isDead ? 'dead' : 'unknown' }
}

/** All files below a folder, oldest first; none if the folder is gone. @throws the file system's error */
function filesIn(path: string): string[] {
  // Not by readdir's own recursion: it follows links, and a planted one leads through the whole disk.
  return machineDisk
    .list(path)
    .sort()
    .flatMap((name) => {
      const file = `${path}/${name}`
      const kind = machineDisk.stat(file)?.kind
      return kind === 'folder' ? filesIn(file) : kind === 'file' ? [file] : []
    })
}

function targetOf({ host: _, pid: __, ...target }: SegmentHead): SpoolTarget {
  return target
}

/** The head of a segment; `undefined` if it names no stream, or is torn. @throws the file system's error */
function headOf(path: string): SegmentHead | undefined {
  const file = machineDisk.open(path, 'read')
  try {
    return readHeadOf(file).head
  } finally {
    file.close()
  }
}

function problemOf(path: string, error: unknown): DisConfigError {
  const code = codeOf(error) || String(error)
  const isMissing = code === 'ENOENT' || code === 'ENOTDIR'
  const cure = isMissing
    ? 'allowed: the folder that the option spool.dir names, where it is mounted'
    : 'allowed: a folder that this user may read; run it as the user that owns the folder'
  return invalidOption('dir', `'${path}' (${WORDS[code] ?? code})`, cure)
}
