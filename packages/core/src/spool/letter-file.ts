/**
 * A file that letters are appended to, one a line. They may hold personal data, and other users may have a hand in the folder:
 * the file is never reached through a link, and only the user of this process may read it.
 *
 * Several processes may append to one file, since each letter is one write at its end. A write may stop in the middle (a full
 * disk, a killed process). The next letter looks at the last byte and begins on a line of its own.
 */
import { closeSync, constants, fchmodSync, mkdirSync, openSync, readSync } from 'node:fs'
import { dirname } from 'node:path'
import sonicBoom, { type SonicBoom } from 'sonic-boom'
import { type FileStats, fstatSync, lstatSync } from '../file-stats.ts'

const FOLDER_MODE = 0o700
const FILE_MODE = 0o600
const OTHERS = 0o077
const NEWLINE = 0x0a

// Windows has neither of the last two.
const { O_APPEND, O_CREAT, O_RDWR, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants
const FLAGS = O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK

export class MachineLetterFile {
  readonly #path: string
  readonly #exposed: (what: string) => void
  #fd: number
  #writer: SonicBoom
  #failure: unknown

  /**
   * Makes the file, and its folder if that is missing.
   * @param exposed is called with what other users can do with a file that was there before, if that cannot be mended
   * @throws the file system's error, or one that says why this path cannot hold letters
   */
  constructor(path: string, exposed: (what: string) => void) {
    this.#path = path
    this.#exposed = exposed
    this.#fd = this.#open()
    this.#writer = this.#newWriter()
  }

  /** Its size now: other processes may append to it, or somebody may have emptied it. */
  get bytes(): number {
    return fstatSync(this.#fd).size
  }

  /** Appends the text and a newline. Makes the file again if it was deleted. @throws the file system's error */
  append(text: string): void {
    if (fstatSync(this.#fd).nlink === 0) this.#reopen()
    this.#failure = undefined
    this.#writer.write(this.#isTorn() ? `\n${text}\n` : `${text}\n`)
    if (this.#failure === undefined) return
    // It keeps what it could not write, to try it again, but that letter is told as lost.
    this.#writer = this.#newWriter()
    throw this.#failure
  }

  close(): void {
    closeSync(this.#fd)
  }

  /** Whether its last line has no end. */
  #isTorn(): boolean {
    const { bytes } = this
    const last = Buffer.alloc(1)
    return bytes > 0 && readSync(this.#fd, last, 0, 1, bytes - 1) === 1 && last[0] !== NEWLINE
  }

  #reopen(): void {
    const old = this.#fd
    this.#fd = this.#open()
    this.#writer = this.#newWriter()
    closeSync(old)
  }

  /** Writes at once and to the end. It never closes the file. */
  #newWriter(): SonicBoom {
    const writer = new sonicBoom.SonicBoom({ fd: this.#fd, sync: true })
    return writer.on('error', (error: unknown) => {
      this.#failure = error
    })
  }

  #open(): number {
    checkLetterPath(this.#path)
    const fd = openSync(this.#path, FLAGS, FILE_MODE)
    try {
      const stats = fstatSync(fd)
      refuseOtherKinds(stats)
      this.#keepPrivate(fd, stats)
      return fd
    } catch (error) {
      closeSync(fd)
      throw error
    }
  }

  #keepPrivate(fd: number, { mode, nlink, uid }: FileStats): void {
    const me = process.geteuid?.()
    // Windows has other permissions.
    if (me === undefined) return
    if (uid !== me && uid !== 0) this.#exposed(`belongs to user ${uid}`)
    if (nlink > 1) this.#exposed('has a second name (a hard link)')
    if ((mode & OTHERS) === 0) return
    try {
      fchmodSync(fd, FILE_MODE)
    } catch {
      this.#exposed(`can be read or changed by other users (mode ${(mode & 0o777).toString(8)})`)
    }
  }
}

/**
 * Makes the folder of the file, and looks at what stands in the place of the file.
 * @throws the file system's error, or one that says why this path cannot hold letters
 */
export function checkLetterPath(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: FOLDER_MODE })
  const stats = lstatSync(path)
  if (stats !== undefined) refuseOtherKinds(stats)
}

function refuseOtherKinds(stats: FileStats): void {
  if (stats.isSymbolicLink())
    throw new Error('it is a link, and links are not followed: name the file itself')
  if (stats.isDirectory()) throw new Error('it is a folder')
  if (!stats.isFile()) throw new Error('it is no regular file')
}
