import { MAX_APPS } from './bounds.ts'

/** How far consumers have read: checkpoints by app, stream and partition. The service knows one type of them, LAST_READ. */

interface App {
  readonly id: string
  readonly createdAtMs: number
  /** By stream, then by the long id of the partition. */
  readonly checkpoints: Map<string, Map<string, Checkpoint>>
}

/** The record that was read last. */
export interface Checkpoint {
  /** Decimal text. */
  readonly sequenceNumber: string
  readonly metadata: string
}

/** An app as the answers have it. */
export interface AppInfo {
  readonly name: string
  readonly id: string
  readonly createdAtMs: number
  /** Streams of which it has checkpoints. */
  readonly streams: readonly string[]
}

/** All apps. Bounded: the service's own quota is not documented. */
export class Apps {
  readonly #apps: Map<string, App> = new Map()

  /** False if there are as many as there may be. */
  add(name: string, id: string, nowMs: number): boolean {
    if (this.#apps.size >= MAX_APPS) return false
    this.#apps.set(name, { id, createdAtMs: nowMs, checkpoints: new Map() })
    return true
  }

  get(name: string): AppInfo | undefined {
    const app = this.#apps.get(name)
    return app && { name, id: app.id, createdAtMs: app.createdAtMs, streams: [...app.checkpoints.keys()] }
  }

  /** By name. */
  all(): AppInfo[] {
    return [...this.#apps.keys()].sort().flatMap((name) => this.get(name) ?? [])
  }

  remove(name: string): void {
    this.#apps.delete(name)
  }

  /** The app is there: the caller has looked. */
  commit(name: string, stream: string, partitionId: string, checkpoint: Checkpoint): void {
    const checkpoints = this.#apps.get(name)?.checkpoints
    const ofStream = checkpoints?.get(stream) ?? new Map<string, Checkpoint>()
    ofStream.set(partitionId, checkpoint)
    checkpoints?.set(stream, ofStream)
  }

  checkpoint(name: string, stream: string, partitionId: string): Checkpoint | undefined {
    return this.#apps.get(name)?.checkpoints.get(stream)?.get(partitionId)
  }

  /** Forgets one checkpoint, or without a partition all that the app has of the stream. */
  forget(name: string, stream: string, partitionId: string | undefined): void {
    const checkpoints = this.#apps.get(name)?.checkpoints
    if (partitionId !== undefined) checkpoints?.get(stream)?.delete(partitionId)
    if (partitionId === undefined || checkpoints?.get(stream)?.size === 0) checkpoints?.delete(stream)
  }

  /** Forgets all checkpoints of a stream that is gone. */
  forgetStream(stream: string): void {
    for (const { checkpoints } of this.#apps.values()) checkpoints.delete(stream)
  }
}
