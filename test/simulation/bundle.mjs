/** The simulation and the sources of core in one file, because Node 20 does not run TypeScript. A second or so. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'tsdown'

const folder = fileURLToPath(new URL('.', import.meta.url))

/**
 * Builds into `dist` or the given folder below it; returns the address of the thread's file.
 * @param {{ name?: string, mutation?: import('./mutations.mjs').Mutation }} what
 */
export async function bundle({ name = 'whole', mutation } = {}) {
  await build({
    cwd: folder,
    config: false,
    entry: ['cli/worker.ts'],
    outDir: `dist/${name}`,
    format: ['esm'],
    platform: 'node',
    target: 'node20.19',
    dts: false,
    sourcemap: mutation === undefined,
    deps: { alwaysBundle: [/^(?!node:)/], onlyBundle: false },
    plugins: mutation === undefined ? [] : [mutate(mutation)],
    logLevel: 'silent'
  })
  return new URL(`dist/${name}/worker.mjs`, import.meta.url)
}

function mutate({ name, file, find, replace }) {
  let isFound = false
  return {
    name: 'mutation',
    transform: {
      order: 'pre',
      handler(code, id) {
        if (!id.replaceAll('\\', '/').endsWith(`packages/core/src/${file}`)) return undefined
        if (!code.includes(find))
          throw new Error(`mutation '${name}': ${file} does not have its text any more`)
        isFound = true
        return code.replace(find, () => replace)
      }
    },
    buildEnd() {
      if (!isFound) throw new Error(`mutation '${name}': there is no ${file}`)
    }
  }
}

/** The version of what runs: a digest of the bundle, of which no byte depends on the machine. */
export function versionOf(file) {
  return createHash('sha256').update(readFileSync(file)).digest('hex').slice(0, 12)
}
