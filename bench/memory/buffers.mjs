/** The second part of `pnpm bench:memory`: what a full buffer really holds, by policy and number of keys. */
import { runChild, startServer } from '../measure/child.mjs'

/** @import { BufferCase, BufferReport } from './buffer-case.mjs' */

const MAX_BYTES = 64 * 1_048_576
const SECONDS = 5
const STUCK_LINES = 2_000_000

const KEYS = [
  { name: 'one key', keys: 1, hangs: true, lines: Number.MAX_SAFE_INTEGER },
  { name: '100,000 keys', keys: 100_000, hangs: true, lines: Number.MAX_SAFE_INTEGER },
  { name: 'one of 800 throttled', keys: 800, hangs: false, lines: STUCK_LINES }
]

/** @typedef {BufferReport & { name: string, onFull: BufferCase['onFull'], maxBytes: number }} BufferRow */

/**
 * @param {number} timeoutMs after which a case is given up
 * @returns {Promise<BufferRow[]>}
 */
export async function fullBuffers(timeoutMs) {
  /** @type {BufferRow[]} */
  const rows = []
  for (const onFull of /** @type {const} */ (['block', 'dropOldest', 'dropNewest'])) {
    for (const { name, keys, hangs, lines } of KEYS) {
      const service = await startServer(new URL('./service.mjs', import.meta.url))
      const seconds = hangs ? SECONDS : 12 * SECONDS
      /** @type {BufferCase} */
      const given = { url: service.url, onFull, keys, hangs, maxBytes: MAX_BYTES, lines, seconds }
      try {
        const report = /** @type {BufferReport} */ (
          await runChild(new URL('./buffer-case.mjs', import.meta.url), given, {
            timeoutMs,
            execArgv: ['--expose-gc']
          })
        )
        rows.push({ name, onFull, maxBytes: MAX_BYTES, ...report })
        console.log(`${name}, ${onFull}:`, report)
      } catch (error) {
        console.error(`${name}, ${onFull}: ${error instanceof Error ? error.message : error}`)
      } finally {
        service.stop()
      }
    }
  }
  return rows
}
