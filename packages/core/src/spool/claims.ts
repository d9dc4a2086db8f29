/**
 * Our claims in the folder: our lock, the part that we write, and the parts that we took over.
 *
 * Bounded by: one name in memory per part. At close: gives parts and lock back, so that another process can take the parts at
 * once.
 */
import { type Disk, ignoreErrors, type Lock } from './disk.ts'
import { sortLegacyParts } from './legacy.ts'
import { FIRST_GENERATION, lockName, NOBODY, ownerName, type PartName, parsePartName } from './names.ts'
import { type Found, Orphans } from './orphans.ts'
import { OwnSilence } from './own-silence.ts'
import { Part } from './part.ts'
import type { SpoolClock } from './spool-events.ts'

export class Claims {
  readonly #disk: Disk
  readonly #dir: string
  readonly #target: string
  readonly #unlocked: (reason: string) => void
  readonly #orphans: Orphans
  readonly #clock: SpoolClock
  readonly #silence: OwnSilence
  /** Whether the folder had parts at first that nobody may own. */
  readonly hasCandidates: boolean
  #owner: string
  #lock: Lock
  /** The mark of the last heartbeat, in seconds. It always grows, and is near the wall time, so that no cleaner takes the file for old. */
  #mark = 0

  /** @throws the file system's error if the folder cannot be written */
  constructor(
    disk: Disk,
    dir: string,
    target: string,
    clock: SpoolClock,
    unlocked: (reason: string) => void
  ) {
    this.#clock = clock
    this.#silence = new OwnSilence(clock)
    this.#disk = disk
    this.#dir = dir
    this.#target = target
    this.#unlocked = unlocked
    this.#orphans = new Orphans(disk, dir, target)
    this.#owner = ownerName(disk.machine, disk.newId())
    this.hasCandidates = this.#orphans.hasCandidates(this.#owner)
    this.#lock = disk.lock(`${dir}/${lockName(this.#owner)}`, unlocked)
  }

  /** A new part, behind all others for our target. @throws the file system's error */
  newPart(): Part {
    let generation = FIRST_GENERATION
    for (const name of this.#disk.list(this.#dir)) {
      const part = parsePartName(name)
      if (part?.target === this.#target) generation = Math.max(generation, part.generation + 1)
    }
    const part = this.#part(generation)
    part.make()
    return part
  }

  /** Gives our heartbeat. False: another program has removed our lock. */
  heartbeat(): boolean {
    this.#mark = Math.max(this.#mark + 1, Math.floor(this.#clock.now() / 1_000))
    const path = `${this.#dir}/${lockName(this.#owner)}`
    try {
      this.#disk.touch(path, this.#mark)
      this.#silence.end()
      return true
    } catch {
      // A failing disk is no reason to give up a claim.
      return this.#disk.exists(path)
    }
  }

  /** Takes another name, and moves our parts to it. Returns the parts that are not ours any more. */
  startAnew(parts: Iterable<Part>): Part[] {
    const before = this.#lock
    const owner = ownerName(this.#disk.machine, this.#disk.newId())
    if (!this.#disk.exists(this.#dir)) this.#disk.makeFolder(this.#dir)
    this.#lock = this.#disk.lock(`${this.#dir}/${lockName(owner)}`, this.#unlocked)
    this.#owner = owner
    const lost = [...parts].filter((part) => !part.moveTo(owner))
    before.release()
    return lost
  }

  /** Searches for parts that nobody owns: see `Orphans.find`. @throws the file system's error */
  search(isTick: boolean, isStart: boolean): Promise<Found> {
    return this.#orphans.find(this.#owner, isTick, isStart)
  }

  /** Takes the parts of a search, oldest first. `failed` receives the error of a part that cannot be taken; the next search tries again. */
  *take({ parts, legacy, locks }: Found, failed: (error: unknown) => void): Generator<Part> {
    const first = FIRST_GENERATION - legacy.length
    for (const [index, name] of sortLegacyParts(this.#disk, this.#dir, legacy).entries()) {
      const part = this.#part(first + index)
      if (this.#takes(() => this.#disk.rename(`${this.#dir}/${name}`, part.path), part, failed)) yield part
    }
    for (const name of parts) {
      const part = new Part(this.#disk, this.#dir, name)
      if (this.#takes(() => part.moveTo(this.#owner), part, failed)) yield part
    }
    // Removes locks of owners without parts: the found ones, and those of owners whose parts we have taken.
    const owners = new Set(this.#disk.list(this.#dir).map((name) => parsePartName(name)?.owner))
    const left = parts.filter(({ owner }) => !owners.has(owner)).map(({ owner }) => lockName(owner))
    for (const name of [...locks, ...left]) ignoreErrors(() => this.#disk.remove(`${this.#dir}/${name}`))
  }

  /** Gives back parts, so that the next process takes them at once, and then the lock. */
  release(parts: Iterable<Part>): void {
    for (const part of parts) ignoreErrors(() => part.moveTo(NOBODY))
    this.#lock.release()
  }

  /**
   * Whether another process has taken a part of ours that is missing: it has another owner's name, or that owner has sent it all
   * by now. Else somebody has deleted it. @throws the file system's error
   */
  isTaken({ name: { id } }: Part): boolean {
    if (this.#disk.list(this.#dir).some((name) => parsePartName(name)?.id === id)) return true
    return this.#silence.isLong && this.#disk.exists(this.#dir)
  }

  #takes(move: () => unknown, part: Part, failed: (error: unknown) => void): boolean {
    try {
      return move() !== false
    } catch (error) {
      // If the part is gone, another process was faster.
      if (this.#disk.exists(part.path)) failed(error)
      return false
    }
  }

  #part(generation: number): Part {
    const name: PartName = {
      generation,
      id: this.#disk.newId(),
      target: this.#target,
      owner: this.#owner
    }
    return new Part(this.#disk, this.#dir, name)
  }
}
