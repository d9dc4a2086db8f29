/**
 * Whose parts of the folder are nobody's any more.
 *
 * An owner of this kernel is dead when nobody listens on its lock: the kernel lets go of that when a process dies, and
 * keeps it while the process is stopped. For an owner of another kernel (a network file system, a restarted machine), or
 * where there are no such locks, only silence tells: its heartbeat has not changed during {@link SILENT_TICKS} of our own
 * ticks. No two clocks are compared, and no process number is looked at.
 *
 * With a tick only those are taken that were nobody's at the tick before, too: a process that starts again finds its own lines
 * first, and sends them before new ones.
 *
 * Bounded by: {@link MAX_PROBES} owners in one search; a later one goes on from there.
 */
import type { Disk } from './disk.ts'
import { findLegacyParts } from './legacy.ts'
import {
  byAge,
  isOfMachine,
  isUnbornLock,
  lockName,
  ownerOfLock,
  type PartName,
  parsePartName
} from './names.ts'

/** How often an owner gives its heartbeat, and looks for others that give none. */
export const TICK_MS = 5_000
/** Twelve of our own ticks, a minute at least: longer than a process that lives is ever blocked. */
export const SILENT_TICKS = 12

const MAX_PROBES = 1_000
const PROBES_AT_ONCE = 32

/** What a search has found. */
export interface Found {
  /** Parts for our target that nobody owns, oldest first. */
  readonly parts: readonly PartName[]
  /** Parts for other targets that nobody owns. */
  readonly foreign: readonly PartName[]
  /** Folders of an earlier version that nobody owns. */
  readonly legacy: readonly string[]
  /** Locks whose owners are dead and have no part any more. */
  readonly locks: readonly string[]
}

export class Orphans {
  readonly #disk: Disk
  readonly #dir: string
  readonly #target: string
  /** Of each owner that cannot be asked: its heartbeat, and for how many ticks it has been like that. */
  #silence = new Map<string, { readonly mark: number; ticks: number }>()
  /** Owners that were dead at the last tick. */
  #wereDead: ReadonlySet<string> = new Set()
  #turn = 0

  constructor(disk: Disk, dir: string, target: string) {
    this.#disk = disk
    this.#dir = dir
    this.#target = target
  }

  /** Whether there is anything to ask about. */
  hasCandidates(me: string): boolean {
    const names = this.#disk.list(this.#dir)
    const isOthers = (name: string) => (parsePartName(name)?.owner ?? me) !== me
    return names.some(isOthers) || findLegacyParts(this.#disk, this.#dir, names).length > 0
  }

  /**
   * Looks once. `isTick`: a tick has passed since the last look; `isStart`: what is nobody's is taken at once.
   * @throws the file system's error
   */
  async find(me: string, isTick: boolean, isStart: boolean): Promise<Found> {
    const names = this.#disk.list(this.#dir)
    const parts = names.flatMap((name) => parsePartName(name) ?? []).filter(({ owner }) => owner !== me)
    const owners = new Set(parts.map(({ owner }) => owner))
    for (const name of names) {
      const owner = ownerOfLock(name)
      if (owner !== undefined && owner !== me) owners.add(owner)
    }
    const legacy = findLegacyParts(this.#disk, this.#dir, names)
    const before = this.#silence
    this.#silence = new Map()
    const silent = (key: string, path: string) => this.#isSilent(before, key, path, isTick)
    const dead = await this.#dead([...owners], silent)
    const wereDead = this.#wereDead
    if (isTick) this.#wereDead = dead
    const orphans = parts
      .filter(({ owner }) => dead.has(owner) && (isStart || wereDead.has(owner)))
      .sort(byAge)
    const hasParts = new Set(parts.map(({ owner }) => owner))
    return {
      parts: orphans.filter(({ target }) => target === this.#target),
      foreign: orphans.filter(({ target }) => target !== this.#target),
      legacy: legacy.filter(({ name, lock }) => silent(name, `${this.#dir}/${lock}`)).map(({ name }) => name),
      locks: [
        ...[...dead].filter((owner) => !hasParts.has(owner)).map(lockName),
        ...names.filter((name) => isUnbornLock(name) && silent(name, `${this.#dir}/${name}`))
      ]
    }
  }

  async #dead(
    owners: readonly string[],
    silent: (key: string, path: string) => boolean
  ): Promise<ReadonlySet<string>> {
    const dead = new Set<string>()
    const from = owners.length > MAX_PROBES ? (this.#turn++ * MAX_PROBES) % owners.length : 0
    const asked = [...owners.slice(from), ...owners.slice(0, from)].slice(0, MAX_PROBES)
    for (let at = 0; at < asked.length; at += PROBES_AT_ONCE) {
      await Promise.all(
        asked.slice(at, at + PROBES_AT_ONCE).map(async (owner) => {
          const path = `${this.#dir}/${lockName(owner)}`
          const state = await this.#disk.probe(path)
          if (state === 'alive') return
          const isKnown =
            state === 'released' || (state === 'refused' && isOfMachine(owner, this.#disk.machine))
          if (isKnown || silent(owner, path)) dead.add(owner)
        })
      )
    }
    return dead
  }

  /** Whether a heartbeat has stood still for long. No file at all: its owner has given it up. */
  #isSilent(
    before: ReadonlyMap<string, { readonly mark: number; readonly ticks: number }>,
    key: string,
    path: string,
    isTick: boolean
  ): boolean {
    const mark = this.#disk.stat(path)?.mark
    if (mark === undefined) return true
    const last = before.get(key)
    const ticks = last?.mark === mark ? last.ticks + (isTick ? 1 : 0) : 0
    this.#silence.set(key, { mark, ticks })
    return ticks >= SILENT_TICKS
  }
}
