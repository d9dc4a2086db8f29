/**
 * Chance by seed. A fork depends on the seed and its name only, never on what was drawn before. So if one part of a run is taken
 * away, the choices of all others stay the same: this is what makes shrinking work.
 */
export class Random {
  readonly #name: string
  #a: number
  #b: number
  #c: number
  #d = 1

  constructor(name: string) {
    this.#name = name
    this.#a = hashText(name, 0x9e3779b9)
    this.#b = hashText(name, 0x243f6a88)
    this.#c = hashText(name, 0xb7e15162)
    for (let turn = 0; turn < 12; turn++) this.next()
  }

  /** Chance of its own for a part of the run. */
  fork(name: string | number): Random {
    return new Random(`${this.#name}/${name}`)
  }

  /** Uniform in [0, 1). The generator is sfc32. */
  next(): number {
    const sum = (this.#a + this.#b + this.#d++) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0
    return (sum >>> 0) / 4_294_967_296
  }

  /** A whole number from `min` to `max`, both included. */
  int(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1))
  }

  between(min: number, max: number): number {
    return min + this.next() * (max - min)
  }

  /** The same with as many small numbers as large ones, by order of magnitude. `min` above 0. */
  scale(min: number, max: number): number {
    return Math.round(min * (max / min) ** this.next())
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.int(0, 255))
  }

  chance(probability: number): boolean {
    return this.next() < probability
  }

  pick<const T>(values: readonly [T, ...T[]]): T {
    return values[Math.floor(this.next() * values.length)] ?? values[0]
  }
}

/** A 32-bit hash of a text (FNV-1a, then the last steps of MurmurHash3, which spread small differences). */
export function hashText(text: string, start = 0x811c9dc5): number {
  let hash = start | 0
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
