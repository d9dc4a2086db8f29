import type { FaultSet } from '../faults.ts'
import type { Counters } from '../stats.ts'
import type { Store } from '../store.ts'
import type { Stream } from '../stream.ts'
import type { KeyCounts } from './key-counts.ts'
import type { RequestLog } from './request-log.ts'
import { MAX_SHOWN_PARTITIONS, MAX_SHOWN_STREAMS } from './viewer-bounds.ts'
import type { PartitionRow, State, StreamRow } from './wire.ts'

/** What the picture is made of. */
export interface Sources {
  readonly store: Store
  readonly counters: Counters
  readonly faults: FaultSet
  readonly log: RequestLog
  readonly keys: KeyCounts
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly monotonicMs: () => number
}

/** The counters at this moment, as the page shows them. The first streams and partitions, if there are too many. */
export function stateOf(sources: Sources, pages: number): State {
  const { store, counters, faults, log, now, monotonicMs } = sources
  const all = store.all()
  const shown = all.slice(0, MAX_SHOWN_STREAMS)
  let room = MAX_SHOWN_PARTITIONS
  const streams = shown.map((stream) => {
    const row = streamRow(stream, sources, room)
    room -= row.partitions.length
    return row
  })
  const { recordsAccepted, recordsThrottled, recordsFailed, bytesAccepted } = counters.total
  return {
    nowMs: now(),
    elapsedMs: monotonicMs(),
    requests: counters.requests,
    accepted: recordsAccepted,
    throttled: recordsThrottled,
    failed: recordsFailed,
    bytes: bytesAccepted,
    authRefused: counters.authRefused,
    connections: counters.connectionsOpen,
    keptBytes: store.bytes,
    pages,
    streams,
    hiddenStreams: all.length - shown.length,
    senders: log.senders(),
    faults: faults.rules().map(({ id, fault, seen, fired }) => ({ id, fault, seen, fired }))
  }
}

function streamRow(stream: Stream, { store, counters, keys }: Sources, room: number): StreamRow {
  const { name, type } = stream.seed
  // Closed partitions only behind those that are written.
  const sorted = [...stream.active, ...stream.partitions.filter(({ status }) => status !== 'ACTIVE')]
  const rate = store.limitsOf(type)?.rate
  const partitions = sorted.slice(0, Math.max(0, room)).map(({ index, id, status, log }): PartitionRow => {
    const counts = counters.partition(name, id)
    return [
      index,
      status === 'ACTIVE' ? 1 : 0,
      counts?.recordsAccepted ?? 0,
      counts?.recordsThrottled ?? 0,
      counts?.recordsFailed ?? 0,
      counts?.bytesAccepted ?? 0,
      log.next - log.oldest
    ]
  })
  return {
    name,
    type,
    activePartitions: stream.active.length,
    limit: rate === undefined ? null : { records: rate.recordsPerSecond, bytes: rate.bytesPerSecond },
    partitions,
    hiddenPartitions: sorted.length - partitions.length,
    keys: keys.shares(name)
  }
}
