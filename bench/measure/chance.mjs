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
