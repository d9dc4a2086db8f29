import { MAX_COUNTED_STREAMS } from './bounds.ts'
import type { FaultKind } from './fault-types.ts'

/** Counts of records that one stream or partition has seen. */
export interface RecordCounts {
  /** Records that were stored. */
  readonly recordsAccepted: number
  /** Records that met a rate limit or a throttle fault. */
  readonly recordsThrottled: number
  /** Records that failed for any other reason. */
  readonly recordsFailed: number
  /** Decoded data of the stored records. */
  readonly bytesAccepted: number
}

/** Counts of a stream; partitions by their long id. */
export interface StreamCounts extends RecordCounts {
  readonly partitions: Readonly<Record<string, RecordCounts>>
}

/** Everything that the server has counted since it started. */
export interface LocalDisStats extends RecordCounts {
  /** Requests whose head has arrived. */
  readonly requests: number
  /** The same by action; those that no action takes are under `other`. */
  readonly actions: Readonly<Record<string, number>>
  /** Answers by status; requests that were cut off have none. */
  readonly statuses: Readonly<Record<string, number>>
  /** Requests that were refused for their credentials. */
  readonly authRefused: number
  /** Requests that each kind of fault has struck. */
  readonly faults: Readonly<Partial<Record<FaultKind, number>>>
  readonly connections: { readonly open: number; readonly total: number }
  readonly streams: Readonly<Record<string, StreamCounts>>
}

interface Tally {
  recordsAccepted: number
  recordsThrottled: number
  recordsFailed: number
  bytesAccepted: number
}

interface StreamTally {
  readonly own: Tally
  readonly partitions: Map<string, Tally>
}

const newTally = (): Tally => ({
  recordsAccepted: 0,
  recordsThrottled: 0,
  recordsFailed: 0,
  bytesAccepted: 0
})

/** The counters behind `stats()`. */
export class Counters {
  requests: number = 0
  authRefused: number = 0
  connectionsOpen: number = 0
  connectionsTotal: number = 0
  readonly #all: Tally = newTally()
  readonly #streams: Map<string, StreamTally> = new Map()
  readonly #actions: Map<string, number> = new Map()
  readonly #statuses: Map<string, number> = new Map()

  /** A request for that action. */
  action(name: string): void {
    this.#actions.set(name, (this.#actions.get(name) ?? 0) + 1)
  }

  /** An answer with that status. */
  status(status: number): void {
    this.#statuses.set(String(status), (this.#statuses.get(String(status)) ?? 0) + 1)
  }

  /** A record that was stored. */
  accepted(stream: string, partitionId: string, bytes: number): void {
    for (const tally of this.#tallies(stream, partitionId)) {
      tally.recordsAccepted += 1
      tally.bytesAccepted += bytes
    }
  }

  /** A record that was not stored; the partition is unknown if it failed before routing. */
  failed(stream: string, partitionId: string | undefined, errorCode: string): void {
    for (const tally of this.#tallies(stream, partitionId)) {
      if (errorCode === 'DIS.4303') tally.recordsThrottled += 1
      else tally.recordsFailed += 1
    }
  }

  /** The counts over all streams; they go on. */
  get total(): RecordCounts {
    return this.#all
  }

  /** The counts of a partition, if it has any; they go on. */
  partition(stream: string, partitionId: string): RecordCounts | undefined {
    return this.#streams.get(stream)?.partitions.get(partitionId)
  }

  /** A copy of the counts, with those that are kept elsewhere. */
  snapshot(faults: Readonly<Partial<Record<FaultKind, number>>>): LocalDisStats {
    const streams = [...this.#streams].map(([name, { own, partitions }]): [string, StreamCounts] => {
      const entries = [...partitions].sort(([a], [b]) => (a < b ? -1 : 1))
      return [
        name,
        { ...own, partitions: Object.fromEntries(entries.map(([id, tally]) => [id, { ...tally }])) }
      ]
    })
    return {
      requests: this.requests,
      actions: Object.fromEntries(this.#actions),
      statuses: Object.fromEntries(this.#statuses),
      ...this.#all,
      authRefused: this.authRefused,
      faults,
      connections: { open: this.connectionsOpen, total: this.connectionsTotal },
      streams: Object.fromEntries(streams)
    }
  }

  #tallies(stream: string, partitionId: string | undefined): Tally[] {
    let streamTally = this.#streams.get(stream)
    if (streamTally === undefined) {
      // Streams can be made and deleted for ever; the name that was seen first goes.
      const [oldest] = this.#streams.keys()
      if (oldest !== undefined && this.#streams.size >= MAX_COUNTED_STREAMS) this.#streams.delete(oldest)
      streamTally = { own: newTally(), partitions: new Map() }
      this.#streams.set(stream, streamTally)
    }
    if (partitionId === undefined) return [this.#all, streamTally.own]
    let partition = streamTally.partitions.get(partitionId)
    if (partition === undefined) {
      partition = newTally()
      streamTally.partitions.set(partitionId, partition)
    }
    return [this.#all, streamTally.own, partition]
  }
}
