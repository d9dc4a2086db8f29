/** Puts results where they are kept: bench/results, or another folder for a run that should not replace them. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

export const RESULTS = fileURLToPath(new URL('../results', import.meta.url))

/**
 * @param {string} folder
 * @param {Record<string, string | object>} files text as it is, objects as JSON, by file name
 */
export function store(folder, files) {
  mkdirSync(folder, { recursive: true })
  for (const [name, content] of Object.entries(files)) {
    const text = typeof content === 'string' ? content : `${JSON.stringify(content, rounded, 2)}\n`
    writeFileSync(resolve(folder, name), text)
  }
  console.log(`\nwritten: ${Object.keys(files).join(', ')} in ${folder}`)
}

/**
 * Four significant digits: more would only claim a precision that no run has.
 * @param {string} _key
 * @param {unknown} value
 */
function rounded(_key, value) {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value
}
