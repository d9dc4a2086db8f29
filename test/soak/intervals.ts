/**
 * A set of whole numbers, kept as intervals: of a stream of lines that arrive roughly in order, a few numbers instead of millions.
 *
 * Bounded by: the gaps. A writer whose lines all arrived costs one interval, however many they are.
 */
export class IntervalSet {
  /** Ascending and apart: the first number of each interval, and the number behind its last one. */
  readonly #from: number[] = []
  readonly #to: number[] = []
  #size = 0

  /** Numbers in the set. */
  get size(): number {
    return this.#size
  }

  /** Intervals that are held. */
  get intervals(): number {
    return this.#from.length
  }

  /** Adds a number. False if it was there already. */
  add(n: number): boolean {
    const at = this.#find(n)
    const from = this.#from[at]
    const to = this.#to[at] ?? Number.NEGATIVE_INFINITY
    if (from !== undefined && n < to) return false
    this.#size++
    const touchesNext = this.#from[at + 1] === n + 1
    if (from !== undefined && to === n) {
      this.#to[at] = touchesNext ? (this.#to[at + 1] ?? n + 1) : n + 1
      if (touchesNext) this.#remove(at + 1)
    } else if (touchesNext) this.#from[at + 1] = n
    else {
      this.#from.splice(at + 1, 0, n)
      this.#to.splice(at + 1, 0, n + 1)
    }
    return true
  }

  /** Takes a number away, if it is there. */
  remove(n: number): void {
    const at = this.#find(n)
    const [from, to] = [this.#from[at], this.#to[at]]
    if (from === undefined || to === undefined || n >= to) return
    this.#size--
    if (to - from === 1) this.#remove(at)
    else if (n === from) this.#from[at] = n + 1
    else {
      this.#to[at] = n
      if (n + 1 === to) return
      this.#from.splice(at + 1, 0, n + 1)
      this.#to.splice(at + 1, 0, to)
    }
  }

  has(n: number): boolean {
    return n < (this.#to[this.#find(n)] ?? Number.NEGATIVE_INFINITY)
  }

  /** Numbers of `from` … `to - 1` that are not in the set: how many, and the first of them. */
  missing(from: number, to: number): { readonly count: number; readonly first: number | undefined } {
    let count = 0
    let first: number | undefined
    let next = from
    const gap = (until: number) => {
      if (until <= next) return
      first ??= next
      count += until - next
    }
    for (let at = Math.max(0, this.#find(from)); at < this.#from.length; at++) {
      const start = this.#from[at] ?? to
      if (start >= to) break
      gap(Math.min(start, to))
      next = Math.max(next, this.#to[at] ?? next)
    }
    gap(to)
    return { count, first }
  }

  /** The index of the last interval that begins at `n` or before; -1 if there is none. */
  #find(n: number): number {
    let low = 0
    let high = this.#from.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#from[middle] ?? 0) <= n) low = middle + 1
      else high = middle
    }
    return low - 1
  }

  #remove(at: number): void {
    this.#from.splice(at, 1)
    this.#to.splice(at, 1)
  }
}
