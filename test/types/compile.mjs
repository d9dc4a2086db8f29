// The tests of types, compiled as a user's sources: for `pnpm test` with what was built, for `pnpm matrix` with what was packed.
import { execFile } from 'node:child_process'
import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const OURS = new URL('.', import.meta.url).pathname
const TEST = /\.test-d\.ts$/
const COMPILE_MS = 240_000

/** How TypeScript finds a package, with the module system that belongs to it. */
const MODULES = { node16: 'node16', nodenext: 'nodenext', bundler: 'esnext' }

export const RESOLUTIONS = Object.keys(MODULES)

/** Copies the tests into an empty folder: each as a module, and as CommonJS. What they import has to be in a folder above. */
export function layOut(to, names = TEST) {
  mkdirSync(to, { recursive: true })
  for (const file of readdirSync(OURS).filter((file) => TEST.test(file) && names.test(file))) {
    for (const form of ['mts', 'cts']) copyFileSync(join(OURS, file), join(to, file.replace(/ts$/, form)))
  }
}

/** Compiles what was laid out in `cwd`, and all declarations that it reaches. Resolves with what the compiler says, undefined if nothing. */
export function compile({ tsc, cwd, resolution }) {
  // A bundler takes the modules, whatever the form of the importer.
  const include = resolution === 'bundler' ? ['*.mts'] : ['*.mts', '*.cts']
  const how = { module: MODULES[resolution], moduleResolution: resolution, target: 'es2022' }
  const compilerOptions = { ...how, strict: true, skipLibCheck: false, noEmit: true }
  writeFileSync(join(cwd, 'tsconfig.json'), JSON.stringify({ compilerOptions, include }))
  return new Promise((resolve) => {
    execFile(process.execPath, [tsc], { cwd, timeout: COMPILE_MS }, (error, stdout) => {
      resolve(error === null ? undefined : stdout || error.message)
    })
  })
}
