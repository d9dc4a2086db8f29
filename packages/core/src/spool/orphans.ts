/**
 * Finds the parts of dead owners.
 *
 * An owner of this kernel is dead when nobody listens on its lock. The kernel closes the lock when the process dies, and keeps it
 * while the process is stopped.
 *
 * Other owners are dead after a silence: their heartbeat has not changed during {@link SILENT_TICKS} of our own ticks. These are
 * owners of another kernel (a network file system, a restarted machine), and owners without such a lock. No clocks of two
 * machines are compared, and no process numbers are used.
 *
 * A tick takes only parts whose owner was dead at the tick before, too. So a process that starts again finds its own lines, and
 * sends them before new ones.
 *
 * Bounded by: {@link MAX_PROBES} owners in one search. The next search goes on from there.
 */
import type { Disk } from './disk.ts'
import { findLegacyParts } from './legacy.ts'
import {
  byAge,
  isOfMachine,
  isUnbornLock,
  lockName,
  NOBODY,
  ownerOfLock,
  type PartName,
  parsePartName
} from './names.ts'

/** The interval of an owner's heartbeat, and of its search for dead owners. */
export const TICK_MS = 5_000
/** Twelve of our own ticks, which is at least a minute. No living process is blocked for so long. */
export const SILENT_TICKS = 12

const MAX_PROBES = 1_000
const PROBES_AT_ONCE = 32
/** The mark of a missing file. */
const NO_MARK = -1

/** The result of a search. */
export interface Found {
  /** Orphans for our target, oldest first. */
  readonly parts: readonly PartName[]
  /** Orphans for other targets. */
  readonly foreign: readonly PartName[]
  /** Orphaned folders of the older format. */
  readonly legacy: readonly string[]
  /** Locks of dead owners without parts. */
  readonly locks: readonly string[]
}

export class Orphans {
  readonly #disk: Disk
  readonly #dir: string
  readonly #target: string
  /** For each owner that cannot be probed: its heartbeat, and for how many ticks it has not changed. */
  readonly #silence = new Map<string, { readonly mark: number; ticks: number }>()
  /** Owners that were dead at an earlier tick. */
  readonly #wereDead = new Set<string>()
  #turn = 0

  constructor(disk: Disk, dir: string, target: string) {
    this.#disk = disk
    this.#dir = dir
    this.#target = target
  }

  /** Whether the folder has parts of other owners. */
  hasCandidates(me: string): boolean {
    const names = this.#disk.list(this.#dir)
    const isOthers = (name: string) => (parsePartName(name)?.owner ?? me) !== me
    return names.some(isOthers) || findLegacyParts(this.#disk, this.#dir, names).length > 0
  }

  /**
   * Searches once. `isTick`: a tick has passed since the last search. `isStart`: orphans are taken at once.
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
    this.#forgetGone(new Set([...owners, ...names]))
    const silent = (key: string, path: string) => this.#isSilent(key, path, isTick)
    const dead = await this.#dead([...owners], new Set(names), silent)
    const orphans = parts
      .filter(({ owner }) => dead.has(owner) && (isStart || this.#wereDead.has(owner)))
      .sort(byAge)
    if (isTick) for (const owner of dead) this.#wereDead.add(owner)
    const hasParts = new Set(parts.map(({ owner }) => owner))
    return {
      parts: orphans.filter(({ target }) => target === this.#target),
      foreign: orphans.filter(({ target }) => target !== this.#target),
      // A missing lock means that the folder was given back.
      legacy: legacy
        .filter(
          ({ name, lock }) =>
            !this.#disk.exists(`${this.#dir}/${lock}`) || silent(name, `${this.#dir}/${lock}`)
        )
        .map(({ name }) => name),
      locks: [
        ...[...dead].filter((owner) => !hasParts.has(owner)).map(lockName),
        ...names.filter((name) => isUnbornLock(name) && silent(name, `${this.#dir}/${name}`))
      ]
    }
  }

  async #dead(
    owners: readonly string[],
    names: ReadonlySet<string>,
    silent: (key: string, path: string) => boolean
  ): Promise<ReadonlySet<string>> {
    const dead = new Set(owners.filter((owner) => owner === NOBODY))
    const candidates = owners.filter((owner) => owner !== NOBODY)
    const from = candidates.length > MAX_PROBES ? (this.#turn++ * MAX_PROBES) % candidates.length : 0
    const asked = [...candidates.slice(from), ...candidates.slice(0, from)].slice(0, MAX_PROBES)
    for (let at = 0; at < asked.length; at += PROBES_AT_ONCE) {
      await Promise.all(
        asked.slice(at, at + PROBES_AT_ONCE).map(async (owner) => {
          const path = `${this.#dir}/${lockName(owner)}`
          // An owner gives its parts back before its lock. So a missing lock was deleted, and its owner may live.
          const state = names.has(lockName(owner)) ? await this.#disk.probe(path) : 'released'
          if (state === 'alive') this.#silence.delete(owner)
          else if (state === 'refused' && isOfMachine(owner, this.#disk.machine)) dead.add(owner)
          else if (silent(owner, path)) dead.add(owner)
        })
      )
    }
    return dead
  }

  /** Whether a heartbeat, or its absence, has not changed for long. */
  #isSilent(key: string, path: string, isTick: boolean): boolean {
    const mark = this.#disk.stat(path)?.mark ?? NO_MARK
    const last = this.#silence.get(key)
    const ticks = last?.mark === mark ? last.ticks + (isTick ? 1 : 0) : 0
    this.#silence.set(key, { mark, ticks })
    return ticks >= SILENT_TICKS
  }

  /** Forgets owners that are gone. The others are kept, also those that were not probed this time. */
  #forgetGone(here: ReadonlySet<string>): void {
    for (const key of this.#silence.keys()) if (!here.has(key)) this.#silence.delete(key)
    for (const owner of this.#wereDead) if (!here.has(owner)) this.#wereDead.delete(owner)
  }
}
