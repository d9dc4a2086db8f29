/**
 * Which build of a pair runs first. What a first run warms up or leaves behind must help both builds as often, so of each two pairs
 * one begins with the base and one with the branch. Which of the two is chance, so that nothing that comes and goes on the machine
 * keeps step with it.
 */

/** @import { Turn } from './turns.d.mts' */

/**
 * @param {number} pairs
 * @param {() => number} random 0 … 1
 * @returns {Turn[]}
 */
export function turns(pairs, random) {
  /** @type {Turn[]} */
  const order = []
  while (order.length < pairs) {
    /** @type {readonly [Turn, Turn]} */
    const both = [
      ['base', 'branch'],
      ['branch', 'base']
    ]
    order.push(...(random() < 0.5 ? both : both.toReversed()))
  }
  return order.slice(0, pairs)
}
