/** What a package adds to a project that has its framework already: how many packages, and their bytes as unpacked. */
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { runtimeTree } from './runtime-tree.ts'

export interface Footprint {
  /** Names, the package itself included. */
  readonly packages: readonly string[]
  readonly bytes: number
}

/** Of a package in a folder where it was installed, without what its framework brings. */
export function footprint(modules: string, name: string, framework?: string): Footprint {
  const has = new Set(framework === undefined ? [] : foldersOf(join(modules, framework)))
  const added = runtimeTree(join(modules, name)).packages.filter(({ folder }) => !has.has(folder))
  return {
    packages: added.map((part) => part.name).sort(),
    bytes: added.reduce((sum, { folder }) => sum + bytesOf(folder), 0)
  }
}

function foldersOf(root: string): string[] {
  return runtimeTree(root).packages.map(({ folder }) => folder)
}

/** Of all files but those of packages inside, which count for themselves. */
function bytesOf(folder: string): number {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => name !== 'node_modules')
    .reduce((sum, entry) => {
      const path = join(folder, entry.name)
      return sum + (entry.isDirectory() ? bytesOf(path) : statSync(path).size)
    }, 0)
}
