/**
 * What was written and may not be on the disk yet: names of folders, and files whose sync failed.
 *
 * Bounded by: the folders of the parts that are written, and the files that are written while syncs fail, which are few because
 * the disk rests then.
 */
import { codeOf, type Disk, type DiskFile, ignoreErrors, syncAndClose, writeAll } from './disk.ts'
import type { Part } from './part.ts'

const CHUNK_BYTES = 262_144

/** A file of entries, and where they end. */
export interface UnsyncedFile {
  readonly part: Part
  readonly path: string
  readonly end: number
}

export class Unsynced {
  readonly #disk: Disk
  readonly #failed: (error: unknown) => void
  readonly #folders = new Set<string>()
  readonly #files = new Set<UnsyncedFile>()

  constructor(disk: Disk, failed: (error: unknown) => void) {
    this.#disk = disk
    this.#failed = failed
  }

  /** Names in these folders have changed. */
  addFolders(...paths: readonly string[]): void {
    for (const path of paths) this.#folders.add(path)
  }

  /** The sync of a file failed. */
  addFile(file: UnsyncedFile): void {
    this.#files.add(file)
  }

  /** These parts are not ours any more. */
  leave(parts: readonly Part[]): void {
    for (const file of this.#files) if (parts.includes(file.part)) this.#files.delete(file)
  }

  /** Syncs all, without waiting. What fails is tried again with the next call. */
  syncSoon(): void {
    // What fails at once waits for the next call: a set that grows while it is gone through has no end.
    for (const file of takeAll(this.#files)) {
      this.#again(file, (again) => {
        syncAndClose(again, (error) => this.#fileFailed(file, error))
      })
    }
    for (const path of takeAll(this.#folders)) {
      this.#disk.syncFolderSoon(path, (error) => {
        // An empty part is removed, so its folder may be missing.
        if (error === undefined || codeOf(error) === 'ENOENT') return
        this.#folders.add(path)
        this.#failed(error)
      })
    }
  }

  /** Syncs the names. @throws the file system's error */
  syncNames(): void {
    for (const path of this.#folders) {
      if (this.#disk.exists(path)) this.#disk.syncFolder(path)
      this.#folders.delete(path)
    }
  }

  /** Syncs what it can, at the end of a process. */
  syncAtEnd(): void {
    for (const file of this.#files) {
      this.#again(file, (again) => {
        ignoreErrors(() => again.sync())
        ignoreErrors(() => again.close())
      })
    }
    ignoreErrors(() => this.syncNames())
  }

  /**
   * Writes a file again, each byte in its place, and opens it for a sync. A kernel that could not write a page may take it for written after
   * that, so that another sync alone would say that all is well.
   */
  #again(file: UnsyncedFile, sync: (again: DiskFile) => void): void {
    // What is delivered is removed, and what was taken has another name.
    if (!this.#disk.exists(file.path)) return
    let again: DiskFile | undefined
    try {
      again = this.#disk.open(file.path, 'write')
      for (let at = 0; at < file.end; ) {
        const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, file.end - at))
        const got = again.read(chunk, at)
        if (got === 0) break
        writeAll(again, chunk.subarray(0, got), at)
        at += got
      }
    } catch (error) {
      ignoreErrors(() => again?.close())
      this.#fileFailed(file, error)
      return
    }
    sync(again)
  }

  #fileFailed(file: UnsyncedFile, error: unknown): void {
    this.#files.add(file)
    this.#failed(error)
  }
}

function takeAll<T>(set: Set<T>): T[] {
  const all = [...set]
  set.clear()
  return all
}
