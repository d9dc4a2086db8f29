/** The items with the smallest numbers first: a binary heap. Adding and taking are O(log n). */
export class Heap<Item> {
  readonly #items: Item[] = []
  readonly #keys: number[] = []

  get size(): number {
    return this.#items.length
  }

  /** The smallest number; infinity if there is none. */
  get firstKey(): number {
    return this.#keys[0] ?? Number.POSITIVE_INFINITY
  }

  push(key: number, item: Item): void {
    let at = this.#items.length
    this.#items.push(item)
    this.#keys.push(key)
    while (at > 0) {
      const parent = (at - 1) >> 1
      if ((this.#keys[parent] ?? 0) <= key) break
      this.#swap(at, parent)
      at = parent
    }
  }

  /** Takes the item with the smallest number. */
  pop(): Item | undefined {
    const first = this.#items[0]
    this.#swap(0, this.#items.length - 1)
    this.#items.pop()
    this.#keys.pop()
    this.#sink(0)
    return first
  }

  /** Keeps the items that pass, with the numbers that they have. */
  filter(isKept: (item: Item) => boolean): void {
    const kept: [number, Item][] = []
    this.#items.forEach((item, at) => {
      if (isKept(item)) kept.push([this.#keys[at] ?? 0, item])
    })
    this.#items.length = 0
    this.#keys.length = 0
    for (const [key, item] of kept) this.push(key, item)
  }

  #sink(from: number): void {
    let at = from
    for (;;) {
      const left = 2 * at + 1
      if (left >= this.#items.length) return
      const right = left + 1
      const smaller = this.#keyAt(right) < this.#keyAt(left) ? right : left
      if (this.#keyAt(at) <= this.#keyAt(smaller)) return
      this.#swap(at, smaller)
      at = smaller
    }
  }

  #keyAt(at: number): number {
    return this.#keys[at] ?? Number.POSITIVE_INFINITY
  }

  #swap(a: number, b: number): void {
    const [itemA, itemB] = [this.#items[a], this.#items[b]]
    const [keyA, keyB] = [this.#keys[a], this.#keys[b]]
    if (itemA === undefined || itemB === undefined || keyA === undefined || keyB === undefined) return
    this.#items[a] = itemB
    this.#items[b] = itemA
    this.#keys[a] = keyB
    this.#keys[b] = keyA
  }
}
