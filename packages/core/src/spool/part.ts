/** One folder of segments. One producer wrote it, and one owns it, which may be another. */
import { type Disk, ignoreErrors } from './disk.ts'
import { FIRST_NUMBER, type PartName, partName, segmentNumber } from './names.ts'

/** Room for the segments of `numbersInFront`: at the end, the lines in memory may need so many. */
const NUMBERS_IN_FRONT = 10_000

export class Part {
  readonly #disk: Disk
  readonly #dir: string
  #name: PartName
  #path: string
  #first = FIRST_NUMBER
  #last = FIRST_NUMBER - 1
  /** The number of its segments that are in use. */
  segments = 0

  constructor(disk: Disk, dir: string, name: PartName) {
    this.#disk = disk
    this.#dir = dir
    this.#name = name
    this.#path = `${dir}/${partName(name)}`
  }

  get name(): PartName {
    return this.#name
  }

  get path(): string {
    return this.#path
  }

  /** Makes the folder. @throws the file system's error */
  make(): void {
    this.#disk.makeFolder(this.#path)
  }

  /** The numbers of the segments in the folder, oldest first. */
  list(): number[] {
    const numbers: number[] = []
    for (const name of this.#disk.list(this.#path)) {
      const number = segmentNumber(name)
      if (number !== undefined) numbers.push(number)
    }
    numbers.sort((a, b) => a - b)
    this.#first = numbers[0] ?? FIRST_NUMBER
    this.#last = numbers.at(-1) ?? FIRST_NUMBER - 1
    return numbers
  }

  /** A number behind all others. */
  nextNumber(): number {
    return ++this.#last
  }

  /** The first of {@link NUMBERS_IN_FRONT} numbers in front of all others. */
  numbersInFront(): number {
    this.#first -= NUMBERS_IN_FRONT
    return this.#first
  }

  /** Gives the part to another owner. False: another process has taken it. @throws another error of the file system */
  moveTo(owner: string): boolean {
    const moved = { ...this.#name, owner }
    const path = `${this.#dir}/${partName(moved)}`
    try {
      this.#disk.rename(this.#path, path)
    } catch (error) {
      if (!this.#disk.exists(this.#path)) return false
      throw error
    }
    this.#name = moved
    this.#path = path
    return true
  }

  /** Removes the folder, with acknowledgements whose segments are gone. */
  remove(): void {
    ignoreErrors(() => {
      for (const name of this.#disk.list(this.#path)) {
        if (name.endsWith('.ack')) this.#disk.remove(`${this.#path}/${name}`)
      }
      this.#disk.removeFolder(this.#path)
    })
  }
}
