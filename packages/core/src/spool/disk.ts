/**
 * The port for all files and locks of the spool. `files.ts` implements it for the machine. Tests have an implementation in
 * memory, which knows what was synced.
 *
 * All calls but `probe` are synchronous, because `process.exit()` waits for nothing. A failing call throws an error with the
 * system's code (`ENOSPC`, `EIO` …). Paths use `/`.
 */
export interface Disk {
  /** The name of this kernel among all that may share a folder. At most 12 hex digits; `''` if it is unknown. */
  readonly machine: string
  /** 16 hex digits that never come again, on any machine. */
  newId(): string
  /** Whether another kernel may use the folder: true for a network file system and for an unknown one. */
  isShared(path: string): boolean
  /** The names in a folder, in no order; none if the folder is missing. */
  list(path: string): string[]
  /** The facts of a file or folder, without following links; `undefined` if it is missing. */
  stat(path: string): FileFacts | undefined
  exists(path: string): boolean
  makeFolder(path: string): void
  /** Removes an empty folder. */
  removeFolder(path: string): void
  rename(from: string, to: string): void
  /** Removes a file; a missing one is fine. */
  remove(path: string): void
  /** Syncs the names in a folder to the disk. */
  syncFolder(path: string): void
  /** The same without waiting. `done` receives the error, if there was one. */
  syncFolderSoon(path: string, done: (error: unknown) => void): void
  /**
   * Opens a regular file. Never follows a link and never blocks. `create`: the file must not exist. `write`: a missing file is
   * made.
   */
  open(path: string, access: 'read' | 'write' | 'create'): DiskFile
  /** Takes a lock under a name that nobody else uses. If only heartbeats are possible there, `unlocked` receives the reason. */
  lock(path: string, unlocked: (reason: string) => void): Lock
  /** Checks whether the owner of a lock lives. Never rejects. */
  probe(path: string): Promise<LockState>
  /** Sets the mark of a lock's heartbeat: see {@link FileFacts.mark}. */
  touch(path: string, mark: number): void
}

export interface FileFacts {
  readonly kind: 'file' | 'folder' | 'other'
  readonly bytes: number
  /** Changes with each heartbeat. It is only compared with an earlier mark of the same file. */
  readonly mark: number
}

export interface DiskFile {
  /** The present size of the file. */
  readonly bytes: number
  /** Fills `into` from `position`. Returns the bytes read, which are fewer at the end of the file. */
  read(into: Buffer, position: number): number
  /** Writes `bytes` from `offset` on. Returns the bytes written, which may be fewer. */
  write(bytes: Buffer, offset: number, position: number): number
  truncate(bytes: number): void
  /** Syncs the contents to the disk. */
  sync(): void
  /** The same without waiting. `done` receives the error, if there was one. The file may be closed meanwhile. */
  syncSoon(done: (error: unknown) => void): void
  close(): void
}

export interface Lock {
  /** Gives the lock back and removes its file. */
  release(): void
}

/**
 * `alive`: a process holds the lock. `refused`: no process on this kernel holds it. `released`: its file is missing. `unknown`:
 * neither the file system nor the kernel can tell.
 */
export type LockState = 'alive' | 'refused' | 'released' | 'unknown'

/** Writes all of `bytes`, also after short writes. @throws the file system's error */
export function writeAll(file: DiskFile, bytes: Buffer, position: number): void {
  for (let written = 0; written < bytes.length; ) {
    const count = file.write(bytes, written, position + written)
    if (count <= 0) throw new Error('the file system wrote nothing and gave no reason')
    written += count
  }
}

/** Syncs a file without waiting, and then closes it. */
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

/** Whether an error is not about the file, so that a later attempt may succeed. */
export function isPassing(error: unknown): boolean {
  return ['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN', 'EINTR'].includes(codeOf(error))
}

/** Whether an error may be about a moment, though it looks like one about the file: a cable, a network, a disk that is busy with itself. */
export function isPerhapsPassing(error: unknown): boolean {
  return ['EIO', 'ESTALE', 'ETIMEDOUT', 'EBUSY', 'ENXIO', 'EREMOTEIO'].includes(codeOf(error))
}

/** Ignores the errors of an action that may fail without harm: the next start finds again what was not removed or closed. */
export function ignoreErrors(action: () => void): void {
  try {
    action()
  } catch {
    // Without harm: see above.
  }
}
