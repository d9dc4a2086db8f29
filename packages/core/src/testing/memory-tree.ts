/**
 * The files and folders of a disk in memory, and their changes. A change names its file by number, so a tree can be built
 * from some of the changes only.
 */

/** The place of a name. */
export interface Place {
  /** Number of the folder. */
  readonly folder: number
  readonly name: string
}

export type NodeKind = 'file' | 'folder' | 'lock'

/** A change of a name. A power loss may undo it until its folder is synced. */
export type NameChange =
  | { readonly kind: 'make'; readonly what: NodeKind; readonly id: number; readonly at: Place }
  | { readonly kind: 'rename'; readonly id: number; readonly from: Place; readonly to: Place }
  | { readonly kind: 'remove'; readonly id: number; readonly at: Place }

/** A change of a file's contents. A power loss may undo it until the file is synced. */
export type DataChange =
  | { readonly kind: 'write'; readonly id: number; readonly position: number; readonly bytes: Buffer }
  | { readonly kind: 'truncate'; readonly id: number; readonly bytes: number }

/** Makes contents of a file, or names of a folder, safe: all changes before the change at `before`. */
export interface SyncChange {
  readonly kind: 'sync' | 'syncFolder'
  readonly id: number
  readonly before: number
}

/**
 * A sync failed: what was unsynced stays so, whatever a later sync says, because the kernel takes those pages for written. Only
 * what is written again can become safe.
 */
export interface FailedSync {
  readonly kind: 'failed sync'
  readonly id: number
  readonly before: number
}

export type DiskChange =
  | NameChange
  | DataChange
  | SyncChange
  | FailedSync
  | { readonly kind: 'touch'; readonly id: number; readonly mark: number }

export class MemoryFile {
  readonly kind = 'file'
  readonly id: number
  mark = 0
  size = 0
  #content = Buffer.alloc(0)

  constructor(id: number) {
    this.id = id
  }

  read(into: Buffer, position: number): number {
    return position >= this.size ? 0 : this.#content.copy(into, 0, position, this.size)
  }

  write(bytes: Buffer, position: number): void {
    const end = position + bytes.length
    if (end > this.#content.length) {
      const larger = Buffer.alloc(end * 2)
      this.#content.copy(larger, 0, 0, this.size)
      this.#content = larger
    }
    bytes.copy(this.#content, position)
    this.size = Math.max(this.size, end)
  }

  truncate(bytes: number): void {
    if (bytes < this.size) this.#content.fill(0, bytes, this.size)
    this.size = bytes
  }
}

export class MemoryFolder {
  readonly kind = 'folder'
  readonly id: number
  readonly mark = 0
  readonly names = new Map<string, MemoryNode>()

  constructor(id: number) {
    this.id = id
  }
}

/** The file of a lock. The disk does not know its holder. */
export class MemoryLock {
  readonly kind = 'lock'
  readonly id: number
  mark = 0

  constructor(id: number) {
    this.id = id
  }
}

export type MemoryNode = MemoryFile | MemoryFolder | MemoryLock

const ROOT = 0
const BASE = 1

export class MemoryTree {
  readonly #nodes = new Map<number, MemoryNode>()
  readonly #root = new MemoryFolder(ROOT)
  #next = BASE + 1

  /** A tree with one folder, `/<base>`, which no power loss removes. */
  constructor(base: string) {
    const folder = new MemoryFolder(BASE)
    this.#root.names.set(base, folder)
    this.#nodes.set(ROOT, this.#root).set(BASE, folder)
  }

  /** Bytes of all files that have a name. */
  get bytes(): number {
    const sum = (folder: MemoryFolder): number => {
      let bytes = 0
      for (const node of folder.names.values()) {
        if (node.kind === 'file') bytes += node.size
        if (node.kind === 'folder') bytes += sum(node)
      }
      return bytes
    }
    return sum(this.#root)
  }

  /** A number for the next node. */
  newId(): number {
    return this.#next++
  }

  /** The node at a path. */
  find(path: string): MemoryNode | undefined {
    let node: MemoryNode | undefined = this.#root
    for (const name of path.split('/')) {
      if (name === '') continue
      node = node?.kind === 'folder' ? node.names.get(name) : undefined
    }
    return node
  }

  /** The place of the last name of a path; `undefined` if its folder does not exist. */
  place(path: string): Place | undefined {
    const cut = path.lastIndexOf('/')
    const folder = this.find(path.slice(0, cut))
    return folder?.kind === 'folder' ? { folder: folder.id, name: path.slice(cut + 1) } : undefined
  }

  /** Applies a change. It has no effect if its file or folder is not in this tree. */
  apply(change: DiskChange): void {
    switch (change.kind) {
      case 'make':
        this.#next = Math.max(this.#next, change.id + 1)
        this.#put(change.at, this.#make(change.what, change.id))
        return
      case 'rename':
        this.#names(change.from)?.delete(change.from.name)
        this.#put(change.to, this.#nodes.get(change.id))
        return
      case 'remove':
        this.#names(change.at)?.delete(change.at.name)
        return
      case 'write':
        this.#file(change.id)?.write(change.bytes, change.position)
        return
      case 'truncate':
        this.#file(change.id)?.truncate(change.bytes)
        return
      case 'touch': {
        const node = this.#nodes.get(change.id)
        if (node !== undefined && node.kind !== 'folder') node.mark = change.mark
        return
      }
      case 'sync':
      case 'failed sync':
      case 'syncFolder':
        return
      default: {
        change satisfies never
      }
    }
  }

  #make(what: NodeKind, id: number): MemoryNode {
    const node =
      what === 'file' ? new MemoryFile(id) : what === 'folder' ? new MemoryFolder(id) : new MemoryLock(id)
    this.#nodes.set(id, node)
    return node
  }

  #put({ folder, name }: Place, node: MemoryNode | undefined): void {
    const parent = this.#nodes.get(folder)
    if (parent?.kind === 'folder' && node !== undefined) parent.names.set(name, node)
  }

  #names({ folder }: Place): Map<string, MemoryNode> | undefined {
    const parent = this.#nodes.get(folder)
    return parent?.kind === 'folder' ? parent.names : undefined
  }

  #file(id: number): MemoryFile | undefined {
    const node = this.#nodes.get(id)
    return node?.kind === 'file' ? node : undefined
  }
}
