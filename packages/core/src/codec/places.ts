/**
 * Where the packages for compression are searched. Never in the working directory: a program that is started in a folder of
 * somebody else would run what lies in its node_modules.
 */
import { realpathSync } from 'node:fs'
import { isAbsolute } from 'node:path'

/** The path of a file. A package is searched from there, as by `require` in that file. Throws if there is no such file. */
export type Place = () => string

/**
 * First beside this package, where npm installs an optional peer dependency. Then beside the main script, for two cases:
 * installers that hide undeclared packages, and bundles, which have no packages beside them.
 */
export const PLACES: readonly Place[] = [thisFile, mainScript]

/** A bundle in CommonJS has no `import.meta`; or, by webpack, one with the path of the machine that made the bundle. */
function thisFile(): string {
  return typeof __filename === 'string' ? __filename : import.meta.url
}

/** The file that Node was started with, or that of the thread. A command that npm linked stands beside its real file. */
function mainScript(): string {
  const path = process.argv[1] ?? ''
  // Code on the command line, or on the standard input: what follows is an argument of the program, and may be any file.
  if (!isAbsolute(path) || process.execArgv.some(isCode)) throw new Error('there is no main script')
  return realpathSync.native(path)
}

function isCode(flag: string): boolean {
  return /^(?:-e|-p|-pe|--eval|--print)(?:$|=)/.test(flag)
}
