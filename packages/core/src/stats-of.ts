/** The counters of all stages, as the user sees them. */
import type { Clock } from './clock.ts'
import type { Ledger } from './delivery/ledger.ts'
import type { Sender } from './delivery/sender.ts'
import type { ServiceHealth } from './delivery/service-health.ts'
import type { Settlement } from './delivery/settlement.ts'
import type { OpenSpool } from './open-spool.ts'
import type { Settings } from './options/settings.ts'
import type { Intake } from './queue/intake.ts'
import type { LineStore } from './queue/line-store.ts'
import type { Queue } from './queue/queue.ts'
import type { Stats } from './report/stats.ts'
import type { DeadLetters } from './spool/dead-letters.ts'

export interface StatsSources {
  readonly settings: Pick<Settings, 'buffer' | 'spool' | 'target'>
  readonly producerId: string
  readonly clock: Clock
  readonly store: LineStore
  readonly queue: Queue
  readonly ledger: Ledger
  readonly settlement: Settlement
  readonly intake: Intake
  readonly sender: Sender
  readonly health: ServiceHealth
  readonly spool: OpenSpool | undefined
  readonly deadLetters: DeadLetters | undefined
}

export function collectStats(sources: StatsSources): Stats {
  const { settings, producerId } = sources
  const { clock, store, queue, ledger, settlement, intake, sender, health, spool, deadLetters } = sources
  const { pending, ...totals } = ledger.totals()
  const now = clock.monotonic()
  const oldestAt = store.oldestUnsaved()
  return {
    producerId,
    streamName: settings.target.streamName,
    ...totals,
    droppedBy: { ...settlement.droppedBy },
    buffered: pending,
    bufferedBytes: store.bytes,
    bufferUsedBytes: queue.limit.use.countedBytes,
    bufferMaxBytes: settings.buffer.maxBytes,
    recovered: ledger.recovered,
    spoolBytes: spool?.stage.bytes ?? 0,
    spoolMaxBytes: settings.spool?.maxBytes ?? 0,
    spoolDamaged: spool?.warnings.damaged ?? 0,
    deadLetters: deadLetters?.count ?? 0,
    oversized: intake.oversized,
    deliveredBytes: settlement.deliveredBytes,
    sentBytes: sender.sentBytes,
    attempts: sender.count,
    retriedRecords: settlement.retried,
    throttledRecords: settlement.throttled,
    ambiguous: settlement.ambiguous,
    inFlight: health.inFlight,
    window: health.limit,
    credentialsRefused: health.areCredentialsRefused,
    oldestMs: oldestAt === Number.POSITIVE_INFINITY ? 0 : Math.max(0, Math.round(now - oldestAt)),
    partitions: queue.partitionStats(now)
  }
}
