/**
 * The hashes of a run, step by step, in a few kilobytes: every one of a short run, every second, fourth … one of a longer run.
 * A hash depends on all before it, so the first that differs says where two runs part.
 */

/** As it is kept in a file. */
export interface KeptChain {
  /** Steps from one hash to the next. */
  readonly every: number
  /** Four hex digits each. */
  readonly hashes: string
}

const DIGITS = 4
/** At this many hashes every other one is dropped. */
const MOST_HASHES = 1_024

export class Chain {
  #every = 1
  #steps = 0
  #hashes: number[] = []

  /** The hash after one more step. */
  add(hash: number): void {
    if (++this.#steps % this.#every !== 0) return
    this.#hashes.push(hash & 0xffff)
    if (this.#hashes.length < MOST_HASHES) return
    this.#every *= 2
    this.#hashes = this.#hashes.filter((_, index) => index % 2 === 1)
  }

  get kept(): KeptChain {
    const hashes = this.#hashes.map((hash) => hash.toString(16).padStart(DIGITS, '0')).join('')
    return { every: this.#every, hashes }
  }
}

/** The steps between which two runs part: after `from` they were the same, and after `to` no more. */
export interface Parting {
  readonly from: number
  readonly to: number
}

/** Where two runs part; `undefined`: they are the same, as far as the shorter one goes. */
export function partingOf(one: KeptChain, other: KeptChain): Parting | undefined {
  const every = Math.max(one.every, other.every)
  const at = (chain: KeptChain, step: number) => {
    const index = step / chain.every - 1
    return chain.hashes.slice(index * DIGITS, (index + 1) * DIGITS)
  }
  for (let step = every; ; step += every) {
    const [left, right] = [at(one, step), at(other, step)]
    if (left === '' || right === '') return undefined
    if (left !== right) return { from: step - every, to: step }
  }
}
