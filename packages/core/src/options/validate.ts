/** The checks of a producer's construction without the producer, for adapters that construct it in another thread. */
import { accessSync, constants } from 'node:fs'
import { dirname } from 'node:path'
import { loadCodec } from '../codec/load.ts'
import { DisConfigError, invalidOption } from '../errors.ts'
import { checkLetterPath } from '../spool/letter-file.ts'
import { preparePrivateFolder } from '../spool/private-folder.ts'
import type { DisOptions } from './options.ts'
import { resolveSettings } from './settings.ts'

/**
 * Checks options as `createProducer` does, with the environment of this process, and starts nothing. An adapter whose
 * producer runs in another thread calls it, so that a mistake throws where the user made it. Makes the folders that the
 * options name.
 * @param mayHoldFunctions false if they have to cross into a thread
 * @throws DisConfigError if the options cannot work
 */
export function validateOptions(options?: DisOptions, { mayHoldFunctions = true } = {}): void {
  const { spool, deadLetter, wire } = resolveSettings(options, process.env)
  if (!mayHoldFunctions && options !== undefined) refuseFunctions(options)
  loadCodec(wire.compression)
  if (spool !== undefined) probeSpoolFolder(spool.dir)
  if (deadLetter !== undefined) {
    const { path } = deadLetter
    probe('deadLetter', path, LETTER_FILE, () => {
      checkLetterPath(path)
      accessSync(dirname(path), constants.W_OK)
    })
  }
}

function refuseFunctions(options: object, path = ''): void {
  for (const [name, value] of Object.entries(options)) {
    if (typeof value === 'function') {
      const cure =
        'a function cannot cross into the worker: use a plain value, or keep the producer in the process (worker: false, disStream)'
      throw new DisConfigError([{ option: `${path}${name}`, given: 'a function', cure }])
    }
    if (typeof value === 'object' && value !== null) refuseFunctions(value, `${path}${name}.`)
  }
}

/** What the option `deadLetter` may name. */
export const LETTER_FILE = 'a regular file, and no link, that can be made and written'

/** Makes the folder. @throws DisConfigError if it cannot be a spool */
export function probeSpoolFolder(path: string): void {
  const problem = probe('spool.dir', path, 'a folder that can be made and written', () =>
    preparePrivateFolder(path)
  )
  if (problem !== undefined) throw invalidOption('spool.dir', problem.given, problem.cure)
}

/** Calls `attempt`. @throws DisConfigError with the reason if it throws */
export function probe<T>(option: string, path: string, allowed: string, attempt: () => T): T {
  try {
    return attempt()
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw invalidOption(option, `'${path}' (${reason})`, `allowed: ${allowed}`)
  }
}
