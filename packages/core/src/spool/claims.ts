/**
 * What of the folder is ours: our lock, the part that we write, and the parts that we took over.
 *
 * Bounded by: nothing of its own; a part costs a name in memory. At close: the lock is given back, so that what is left
 * can be taken at once.
 */
import { type Disk, ignoreErrors, type Lock } from './disk.ts'
import { sortLegacyParts } from './legacy.ts'
import { FIRST_GENERATION, lockName, NOBODY, ownerName, type PartName, parsePartName } from './names.ts'
import { type Found, Orphans } from './orphans.ts'
import { Part } from './part.ts'

export class Claims {
  readonly #disk: Disk
  readonly #dir: string
  readonly #target: string
  readonly #unlocked: (reason: string) => void
  readonly #orphans: Orphans
  /** Whether there were parts at first that may be nobody's. */
  readonly hasCandidates: boolean
  #owner: string
  #lock: Lock
  /** Of the last heartbeat: seconds, near the wall time so that nobody takes the file for old, and always new. */
  #mark = 0

  /** @throws the file system's error if the folder cannot be written */
  constructor(disk: Disk, dir: string, target: string, unlocked: (reason: string) => void) {
    this.#disk = disk
    this.#dir = dir
    this.#target = target
    this.#unlocked = unlocked
    this.#orphans = new Orphans(disk, dir, target)
    this.#owner = ownerName(disk.machine, disk.newId())
    this.hasCandidates = this.#orphans.hasCandidates(this.#owner)
    this.#lock = disk.lock(`${dir}/${lockName(this.#owner)}`, unlocked)
  }

  /** A new part of our own, behind all others for our target. @throws the file system's error */
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

  /** Gives our heartbeat. `nowMs`: wall time. False: somebody has removed our lock. */
  heartbeat(nowMs: number): boolean {
    this.#mark = Math.max(this.#mark + 1, Math.floor(nowMs / 1_000))
    const path = `${this.#dir}/${lockName(this.#owner)}`
    try {
      this.#disk.touch(path, this.#mark)
      return true
    } catch {
      // A disk that fails is no reason to give anything up.
      return this.#disk.exists(path)
    }
  }

  /** Takes another name, and gives it to those of our parts that are still ours; returns the others. */
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

  /** Looks for what nobody owns: see `Orphans.find`. @throws the file system's error */
  search(isTick: boolean, isStart: boolean): Promise<Found> {
    return this.#orphans.find(this.#owner, isTick, isStart)
  }

  /** Takes what a search has found, oldest first. `failed` hears of what cannot be taken; the next search tries again. */
  *take({ parts, legacy, locks }: Found, failed: (error: unknown) => void): Generator<Part> {
    const first = FIRST_GENERATION - legacy.length
    for (const [index, name] of sortLegacyParts(this.#disk, this.#dir, legacy).entries()) {
      const part = this.#part(first + index)
      if (this.#isTaken(() => this.#disk.rename(`${this.#dir}/${name}`, part.path), part, failed)) yield part
    }
    for (const name of parts) {
      const part = new Part(this.#disk, this.#dir, name)
      if (this.#isTaken(() => part.moveTo(this.#owner), part, failed)) yield part
    }
    // Locks that nothing stands behind any more: those found, and those of the owners whose parts we have taken.
    const owners = new Set(this.#disk.list(this.#dir).map((name) => parsePartName(name)?.owner))
    const left = parts.filter(({ owner }) => !owners.has(owner)).map(({ owner }) => lockName(owner))
    for (const name of [...locks, ...left]) ignoreErrors(() => this.#disk.remove(`${this.#dir}/${name}`))
  }

  /** Gives parts back, so that whoever comes next takes them at once; then the lock. */
  release(parts: Iterable<Part>): void {
    for (const part of parts) ignoreErrors(() => part.moveTo(NOBODY))
    this.#lock.release()
  }

  /** Whether a part stands in the folder under another owner's name. @throws the file system's error */
  isElsewhere({ name: { id } }: Part): boolean {
    return this.#disk.list(this.#dir).some((name) => parsePartName(name)?.id === id)
  }

  #isTaken(move: () => unknown, part: Part, failed: (error: unknown) => void): boolean {
    try {
      return move() !== false
    } catch (error) {
      // Another process was faster, if it is not there any more.
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
