/**
 * The disk as the spool needs it: the one port behind which files and locks stand. `files.ts` is the machine's; the
 * tests have one in memory that knows what was synced.
 *
 * All calls but `probe` are synchronous, because `process.exit()` waits for nothing. A call that fails throws an
 * error with the system's code (`ENOSPC`, `EIO` …). Paths use `/`.
 */
export interface Disk {
  /** Names this kernel among all that may share a folder; `''` where that cannot be told. At most 12 hex digits. */
  readonly machine: string
  /** 16 hex digits that never come again, on any machine. */
  newId(): string
  /** Whether another kernel may use the folder while ours stands still: a network file system, or one not known. */
  isShared(path: string): boolean
  /** Names in a folder, in no order; none if there is no such folder. */
  list(path: string): string[]
  /** What stands there, without following links; `undefined` if nothing does. */
  stat(path: string): FileFacts | undefined
  exists(path: string): boolean
  makeFolder(path: string): void
  /** Removes an empty folder. */
  removeFolder(path: string): void
  rename(from: string, to: string): void
  /** Removes a file; a missing one is fine. */
  remove(path: string): void
  /** Waits until the disk itself has the names in a folder. */
  syncFolder(path: string): void
  /** The same without waiting; `done` hears the error, if there was one. */
  syncFolderSoon(path: string, done: (error: unknown) => void): void
  /**
   * Opens a regular file: never follows a link and never blocks. `create`: it must not exist. `write`: it is made if it
   * does not.
   */
  open(path: string, access: 'read' | 'write' | 'create'): DiskFile
  /** Takes a lock under a name that nobody else uses. `unlocked` hears why the file system offers heartbeats only. */
  lock(path: string, unlocked: (reason: string) => void): Lock
  /** Asks whether the owner of a lock lives. Never rejects. */
  probe(path: string): Promise<LockState>
  /** Sets the mark of a lock's heartbeat, which {@link FileFacts.mark} shows. */
  touch(path: string, mark: number): void
}

export interface FileFacts {
  readonly kind: 'file' | 'folder' | 'other'
  readonly bytes: number
  /** Changes with each heartbeat. Only ever compared with an earlier value of its own. */
  readonly mark: number
}

export interface DiskFile {
  /** Bytes in the file now. */
  readonly bytes: number
  /** Fills `into` from `position`; returns the bytes read, fewer at the end of the file. */
  read(into: Buffer, position: number): number
  /** Writes from `bytes` at `offset`; returns how many were written, which may be fewer than there are. */
  write(bytes: Buffer, offset: number, position: number): number
  truncate(bytes: number): void
  /** Waits until the disk itself has the contents. */
  sync(): void
  /** The same without waiting; `done` hears the error, if there was one. The file may be closed meanwhile. */
  syncSoon(done: (error: unknown) => void): void
  close(): void
}

export interface Lock {
  /** Gives the lock back: its file is gone then. */
  release(): void
}

/**
 * `alive`: somebody holds it. `refused`: nobody does on this kernel. `released`: there is no such lock. `unknown`:
 * the file system or the system cannot say.
 */
export type LockState = 'alive' | 'refused' | 'released' | 'unknown'

/** Writes all of `bytes`. A short write is an attempt, not an end. @throws the file system's error */
export function writeAll(file: DiskFile, bytes: Buffer, position: number): void {
  for (let written = 0; written < bytes.length; ) {
    const count = file.write(bytes, written, position + written)
    if (count <= 0) throw new Error('the file system wrote nothing and gave no reason')
    written += count
  }
}

/** Lets the disk itself keep what was written to a file, without waiting, and closes it then. */
export function syncAndClose(file: DiskFile, failed: (error: unknown) => void): void {
  file.syncSoon((error) => {
    ignoreErrors(() => file.close())
    if (error !== undefined) failed(error)
  })
}

/** The code of a file system's error; `''` if it has none. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}

/** Whether an error says nothing about the file: it is tried again later. */
export function isPassing(error: unknown): boolean {
  return ['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN', 'EINTR'].includes(codeOf(error))
}

/** For what may fail without harm: what cannot be removed or closed is found again by the next start. */
export function ignoreErrors(action: () => void): void {
  try {
    action()
  } catch {
    // See above.
  }
}
