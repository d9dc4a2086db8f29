/** Numbers that look like chance and can be repeated. */

/**
 * mulberry32: small, and good enough for texts and for turns.
 * @param {number} seed
 * @returns {() => number} 0 … 1
 */
export function chance(seed) {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

/**
 * Fisher and Yates. So that no case always runs after the same one, and finds what that has left behind.
 * @template Item
 * @param {readonly Item[]} items
 * @param {() => number} random 0 … 1
 * @returns {Item[]}
 */
export function shuffled(items, random) {
  const order = [...items]
  for (let last = order.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1))
    const item = order[last]
    order[last] = order[other]
    order[other] = item
  }
  return order
}
