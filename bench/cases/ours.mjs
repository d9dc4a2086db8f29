/** Our packages as they are built in a checkout: this one, or another that it is compared with. */
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** @satisfies {Record<string, string>} */
const ENTRIES = {
  '@dis-logs/core': 'packages/core/dist/index.mjs',
  'pino-dis': 'packages/pino/dist/index.mjs',
  'winston-dis': 'packages/winston/dist/index.mjs'
}

export const THIS_CHECKOUT = fileURLToPath(new URL('../..', import.meta.url))

/**
 * Not by name: a name would always be that of this checkout.
 * @param {string} build folder of a checkout
 * @param {keyof typeof ENTRIES} name
 */
export const ours = (build, name) => pathToFileURL(join(build, ENTRIES[name]))

/** What has to be in a checkout to be measured. */
export const BUILT_FILES = Object.values(ENTRIES)
