/** The simulation and the sources of core in one file, because Node 20 does not run TypeScript. A second or so. */
import { createHash } from 'node:crypto'
import { readFileSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'tsdown'

const folder = fileURLToPath(new URL('.', import.meta.url))
/** What this process builds. It is gone when the process ends. */
const own = `dist/${process.pid}`
process.once('exit', () => rmSync(new URL(own, import.meta.url), { recursive: true, force: true }))

/**
 * Builds into a folder of `dist` that only this process has: another one that builds at the same time would empty it under a thread that
 * is about to load it. Returns the address of the thread's file.
 * @param {{ name?: string, mutation?: import('./mutations.mjs').Mutation }} what
 */
export async function bundle({ name = 'whole', mutation } = {}) {
  const place = `${own}/${name}`
  await build({
    cwd: folder,
    config: false,
    entry: ['cli/worker.ts'],
    outDir: place,
    format: ['esm'],
    platform: 'node',
    target: 'node20.19',
    dts: false,
    sourcemap: mutation === undefined,
    deps: { alwaysBundle: [/^(?!node:)/], onlyBundle: false },
    plugins: mutation === undefined ? [] : [mutate(mutation)],
    logLevel: 'silent'
  })
  return new URL(`${place}/worker.mjs`, import.meta.url)
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
