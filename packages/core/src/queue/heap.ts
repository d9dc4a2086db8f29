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

  /** The item with the smallest number. */
  get first(): Item | undefined {
    return this.#items[0]
  }

  push(key: number, item: Item): void {
    const items = this.#items
    const keys = this.#keys
    let at = items.length
    items.push(item)
    keys.push(key)
    // Items above move down until there is the right place.
    while (at > 0) {
      const parent = (at - 1) >> 1
      const parentKey = keys[parent]
      const parentItem = items[parent]
      if (parentKey === undefined || parentItem === undefined || parentKey <= key) break
      keys[at] = parentKey
      items[at] = parentItem
      at = parent
    }
    keys[at] = key
    items[at] = item
  }

  /** Takes the item with the smallest number. */
  pop(): Item | undefined {
    const first = this.#items[0]
    const key = this.#keys.pop()
    const item = this.#items.pop()
    if (key !== undefined && item !== undefined && this.#items.length > 0) this.#sink(key, item)
    return first
  }

  /** Gives the first item another number. */
  renew(key: number): void {
    const first = this.#items[0]
    if (first !== undefined) this.#sink(key, first)
  }

  /** Keeps the items that pass, with the numbers that they have. */
  filter(isKept: (item: Item, key: number) => boolean): void {
    const kept: [number, Item][] = []
    this.#items.forEach((item, at) => {
      const key = this.#keys[at] ?? 0
      if (isKept(item, key)) kept.push([key, item])
    })
    this.#items.length = 0
    this.#keys.length = 0
    for (const [key, item] of kept) this.push(key, item)
  }

  /** Puts an item in place of the first one. Smaller ones move up until there is the right place. */
  #sink(key: number, item: Item): void {
    const items = this.#items
    const keys = this.#keys
    const { length } = items
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= length) break
      let childKey = keys[child] ?? key
      const right = child + 1
      if (right < length) {
        const rightKey = keys[right] ?? key
        if (rightKey < childKey) {
          child = right
          childKey = rightKey
        }
      }
      const childItem = items[child]
      if (childItem === undefined || childKey >= key) break
      keys[at] = childKey
      items[at] = childItem
      at = child
    }
    keys[at] = key
    items[at] = item
  }
}
