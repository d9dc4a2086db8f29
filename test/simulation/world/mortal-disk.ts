/**
 * A disk in memory as a process sees it that may die at any call. The code of a dead process may go on for a while in the process
 * that simulates it: its calls change nothing, and give something harmless.
 */
import type { Disk, DiskFile, FileFacts, Lock, LockState } from '../../../packages/core/src/spool/disk.ts'
import type { MemoryProcess } from '../../../packages/core/src/testing.ts'

export class MortalDisk implements Disk {
  readonly machine: string
  readonly #disk: MemoryProcess
  readonly #called: () => void

  /** `called` is called before each call, and may kill the process. */
  constructor(disk: MemoryProcess, called: () => void) {
    this.machine = disk.machine
    this.#disk = disk
    this.#called = called
  }

  newId(): string {
    return this.#disk.newId()
  }

  isShared(): boolean {
    return this.#disk.isShared()
  }

  list(path: string): string[] {
    return this.#try([], () => this.#disk.list(path))
  }

  stat(path: string): FileFacts | undefined {
    return this.#try(undefined, () => this.#disk.stat(path))
  }

  exists(path: string): boolean {
    return this.#try(false, () => this.#disk.exists(path))
  }

  makeFolder(path: string): void {
    this.#try(undefined, () => this.#disk.makeFolder(path))
  }

  removeFolder(path: string): void {
    this.#try(undefined, () => this.#disk.removeFolder(path))
  }

  rename(from: string, to: string): void {
    this.#try(undefined, () => this.#disk.rename(from, to))
  }

  remove(path: string): void {
    this.#try(undefined, () => this.#disk.remove(path))
  }

  syncFolder(path: string): void {
    this.#try(undefined, () => this.#disk.syncFolder(path))
  }

  syncFolderSoon(path: string, done: (error: unknown) => void): void {
    this.#try(undefined, () => this.#disk.syncFolderSoon(path, done))
  }

  open(path: string, access: 'read' | 'write' | 'create'): DiskFile {
    const file = this.#try(undefined, () => this.#disk.open(path, access))
    return new MortalFile(
      file,
      () => this.#disk.isAlive,
      (dead, call) => this.#try(dead, call)
    )
  }

  lock(path: string): Lock {
    const lock = this.#try(undefined, () => this.#disk.lock(path))
    return { release: () => this.#try(undefined, () => lock?.release()) }
  }

  async probe(path: string): Promise<LockState> {
    return this.#disk.isAlive ? this.#disk.probe(path) : 'unknown'
  }

  touch(path: string, mark: number): void {
    this.#try(undefined, () => this.#disk.touch(path, mark))
  }

  #try<T>(dead: T, call: () => T): T {
    if (this.#disk.isAlive) this.#called()
    return this.#disk.isAlive ? call() : dead
  }
}

class MortalFile implements DiskFile {
  readonly #file: DiskFile | undefined
  readonly #isAlive: () => boolean
  readonly #try: <T>(dead: T, call: () => T) => T

  constructor(file: DiskFile | undefined, isAlive: () => boolean, tries: <T>(dead: T, call: () => T) => T) {
    this.#file = file
    this.#isAlive = isAlive
    this.#try = tries
  }

  get bytes(): number {
    return this.#isAlive() ? (this.#file?.bytes ?? 0) : 0
  }

  read(into: Buffer, position: number): number {
    return this.#try(0, () => this.#file?.read(into, position) ?? 0)
  }

  write(bytes: Buffer, offset: number, position: number): number {
    const rest = bytes.length - offset
    return this.#try(rest, () => this.#file?.write(bytes, offset, position) ?? rest)
  }

  truncate(bytes: number): void {
    this.#try(undefined, () => this.#file?.truncate(bytes))
  }

  sync(): void {
    this.#try(undefined, () => this.#file?.sync())
  }

  syncSoon(done: (error: unknown) => void): void {
    this.#try(undefined, () => this.#file?.syncSoon(done))
  }

  close(): void {
    this.#try(undefined, () => this.#file?.close())
  }
}
