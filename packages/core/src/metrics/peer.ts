/** The libraries of the application that metrics are for. They are optional, and loaded when metrics are asked for. */
// The whole module: see codec/load.ts.
import * as nodeModule from 'node:module'
import { PLACES, type Place } from '../codec/places.ts'
import { followLinks } from '../file-stats.ts'

/**
 * The exports of an optional peer.
 * @throws Error that says what to install, if it is missing or is something else
 */
export function loadPeer<T>(
  name: string,
  isRight: (exports: unknown) => exports is T,
  places: readonly Place[] = PLACES
): T {
  followLinks()
  for (const place of places) {
    let path: string
    try {
      path = nodeModule.createRequire(place()).resolve(name)
    } catch {
      // The package is not installed there.
      continue
    }
    const exports: unknown = nodeModule.createRequire(path)(path)
    if (isRight(exports)) return exports
    throw new Error(`${name} has other exports than expected: npm install ${name}@latest`)
  }
  throw new Error(`${name} is not installed, and these metrics are for it: npm install ${name}`)
}

/** Whether a package exports these. */
export function hasExports(exports: unknown, names: readonly string[]): boolean {
  return names.every((name) => Object(exports)[name] !== undefined)
}
