/** The folder for log lines. Only its user may write to it: others could add lines, or redirect files by links. */
import { accessSync, constants, mkdirSync } from 'node:fs'
import { statSync } from '../file-stats.ts'

const FOLDER_MODE = 0o700
const GROUP_OR_OTHERS_WRITE = 0o022

/** Why a folder cannot be used. */
export interface FolderProblem {
  readonly given: string
  readonly cure: string
}

/**
 * Makes the folder if it does not exist. Returns `undefined` if it can be used.
 * @throws the file system's error if it cannot be made or written
 */
export function preparePrivateFolder(path: string): FolderProblem | undefined {
  mkdirSync(path, { recursive: true, mode: FOLDER_MODE })
  const { uid, mode } = statSync(path)
  const me = process.geteuid?.()
  if (me !== undefined) {
    const given = `'${path}' (owner ${uid}, mode ${(mode & 0o7777).toString(8)}; this process is user ${me})`
    if (uid !== me && uid !== 0) {
      return { given, cure: 'allowed: a folder of this user, or of root; name another one, or chown it' }
    }
    if ((mode & GROUP_OR_OTHERS_WRITE) !== 0) {
      return {
        given,
        cure: 'allowed: a folder that nobody else can write; chmod 700 it, or name a folder inside it, which is made like that'
      }
    }
  }
  accessSync(path, constants.W_OK | constants.X_OK)
  return undefined
}
