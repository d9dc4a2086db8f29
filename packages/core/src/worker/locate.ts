/** Finds the files of the producer's thread. In a bundle they may be missing: then there can be no thread. */
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

/** Where bundlers say what became of a worker's file: pino's convention. Keys are names, values are paths. */
const OVERRIDES = '__bundlerPathsOverrides'
const OWN_NAME = 'dis-logs-worker'
const LOADER_NAME = 'thread-stream-worker'

/** The path of the thread's module; `undefined` if it, or the module that loads it, is not there. */
export function locateThreadModule(): string | undefined {
  const path = override(OWN_NAME) ?? besideThisFile('./worker-thread.cjs')
  if (path === undefined || !existsSync(path) || !hasLoader()) return undefined
  return path
}

function besideThisFile(name: string): string | undefined {
  try {
    return fileURLToPath(new URL(name, import.meta.url))
  } catch {
    // A bundler has taken the address of this file away.
    return undefined
  }
}

/** thread-stream starts every thread with a file of its own. */
function hasLoader(): boolean {
  if (override(LOADER_NAME) !== undefined) return true
  try {
    createRequire(import.meta.url).resolve('thread-stream/lib/worker.js')
    return true
  } catch {
    return false
  }
}

function override(name: string): string | undefined {
  const overrides: unknown = Reflect.get(globalThis, OVERRIDES)
  if (typeof overrides !== 'object' || overrides === null) return undefined
  const path: unknown = Reflect.get(overrides, name)
  return typeof path === 'string' ? path : undefined
}
