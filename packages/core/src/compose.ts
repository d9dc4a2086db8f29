/**
 * The pipeline: the stages put together, with nothing left to decide.
 *
 * line → route → record → lane → batch → request → attempt → outcome → settled
 */

import { hostname } from 'node:os'
import { createCredentialSource } from './auth/credentials.ts'
import type { CredentialSource } from './auth/identity.ts'
import { type Clock, systemClock } from './clock.ts'
import { loadCodec } from './codec/load.ts'
import { CircuitBreaker } from './delivery/circuit-breaker.ts'
import { ConcurrencyLimit } from './delivery/concurrency-limit.ts'
import { Dispatcher } from './delivery/dispatcher.ts'
import { Ledger } from './delivery/ledger.ts'
import { OutcomeHandler } from './delivery/outcomes.ts'
import { Sender } from './delivery/sender.ts'
import { Settlement } from './delivery/settlement.ts'
import { Shutdown } from './delivery/shutdown.ts'
import { HttpTransport } from './net/http.ts'
import { type OpenSpool, openDeadLetters, openSpool } from './open-spool.ts'
import type { Settings } from './options/settings.ts'
import { Batcher } from './queue/batcher.ts'
import { BufferLimit } from './queue/buffer-limit.ts'
import { Intake } from './queue/intake.ts'
import { Lanes } from './queue/lanes.ts'
import { LineStore } from './queue/line-store.ts'
import { createRouter } from './record/route.ts'
import type { WarningCode } from './report/codes.ts'
import { DropNotice } from './report/drop-notice.ts'
import type { DropReason, ProducerEvents, WarningEvent } from './report/events.ts'
import { Reporter } from './report/reporter.ts'
import { writeStderr } from './report/stderr.ts'
import type { DeadLetters } from './spool/dead-letters.ts'
import type { Disk } from './spool/disk.ts'
import { createFormat, WireForm } from './wire/form.ts'
import type { Transport } from './wire/message.ts'

/** What a test puts in place of the world. */
export interface ProducerParts {
  readonly clock?: Clock
  readonly transport?: Transport
  readonly disk?: Disk
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly hostname?: string
  readonly stderr?: (text: string) => void
}

/** The stages that a producer's own promises (write, flush, close, stats) are about. */
export interface Pipeline {
  readonly clock: Clock
  readonly transport: Transport
  readonly credentials: CredentialSource
  readonly store: LineStore
  readonly ledger: Ledger
  readonly batcher: Batcher
  readonly spool: OpenSpool | undefined
  readonly deadLetters: DeadLetters | undefined
  readonly notice: DropNotice
  readonly ending: Shutdown
  readonly overflow: BufferLimit
  readonly window: ConcurrencyLimit
  readonly attempts: Sender
  readonly outcomes: OutcomeHandler
  readonly settlement: Settlement
  readonly dispatcher: Dispatcher
  readonly intake: Intake
}

/** Whom the pipeline tells. */
export interface PipelineEvents {
  readonly tell: <Name extends keyof ProducerEvents>(name: Name, ...payload: ProducerEvents[Name]) => void
  /** Lines were settled, so there is more room than before. */
  readonly released: () => void
}

/** Legal, and right for few lines a key; with more, lines wait longer and longer. */
const ORDERED_RATE: WarningEvent = {
  code: 'ORDERED_RATE' satisfies WarningCode,
  message: "with 'ordered' and without 'aggregate' each key gets one line a round trip: 20 lines/s at 50 ms",
  cure: 'set aggregate: true, and as many lines of a key as fit into a record travel together'
}

/** Builds the stages for those settings. Starts nothing. */
export function assemblePipeline(settings: Settings, parts: ProducerParts, events: PipelineEvents): Pipeline {
  const { target, batch, retry, wire } = settings
  const format = createFormat(wire.format, target.streamName, target.streamId)
  const form = new WireForm(format, loadCodec(wire.compression))
  const clock = parts.clock ?? systemClock
  const trouble = new Reporter(clock, events.tell, parts.stderr ?? writeStderr)
  const transport =
    parts.transport ??
    new HttpTransport({
      origin: target.origin,
      maxConnections: settings.maxConcurrency,
      requestTimeoutMs: settings.requestTimeoutMs,
      network: settings.network
    })
  const store = new LineStore()
  const ledger = new Ledger()
  const batcher = new Batcher(
    store,
    { ...batch, aggregateBytes: settings.aggregateBytes, ordered: settings.ordered },
    format
  )
  const overflow = new BufferLimit(store, settings.buffer, (isBlocked) => {
    // A writer who waits for room waits for a request: nothing lingers meanwhile.
    batcher.urgent += isBlocked ? 1 : -1
  })
  const window = new ConcurrencyLimit({ ...retry, maxConcurrency: settings.maxConcurrency })
  const host = parts.hostname ?? hostname()
  const lanes = new Lanes(settings.routing, store, batcher, format)
  const dropped = (reason: DropReason, lines: number, bytes: number) => {
    trouble.dropped({ reason, lines, bytes })
    if (reason === 'buffer-full' || reason === 'spool-full') notice.count(lines, bytes)
  }
  const notice = new DropNotice(clock, (lines, bytes) => intake.tellDropped(lines, bytes))
  const deadLetters = openDeadLetters(settings, trouble)
  const settlement = new Settlement(store, ledger, {
    rejected: (event) => trouble.rejected(event),
    deadLetter: (letter) => void deadLetters?.write(letter, clock.now()),
    acknowledged: (spoolId) => spool?.stage.acknowledge(spoolId),
    dropped,
    released: () => {
      spool?.stage.writeAcknowledgements()
      events.released()
    }
  })
  const spool = openSpool(settings, {
    disk: parts.disk,
    trouble,
    // What an earlier process left is sent without waiting for a first line; if it left nothing, `close` need not wait.
    found: () => {
      dispatcher.wake()
      events.released()
    },
    clock,
    store,
    ledger,
    overflow,
    lanes,
    batcher,
    dropped
  })
  const credentials = createCredentialSource(settings.credentials, {
    clock,
    warn: (event) => trouble.warn(event)
  })
  const attempts = new Sender({
    store,
    clock,
    credentials,
    transport,
    identity: { ...target, signing: settings.signing },
    form,
    streamName: target.streamName
  })
  const outcomes = new OutcomeHandler({
    clock,
    store,
    retry,
    credentials,
    batcher,
    window,
    circuit: new CircuitBreaker(retry.probeIntervalMs),
    settlement,
    lanesHavePartitions: settings.routing.kind !== 'spread',
    accepted: () => notice.recovered(),
    correctClock: (serverDate) => attempts.correctClock(serverDate),
    warn: (event) => trouble.warn(event)
  })
  const dispatcher = new Dispatcher({
    clock,
    store,
    batcher,
    window,
    attempts,
    outcomes,
    refill: () => spool?.stage.refill(),
    onBug: (error) =>
      trouble.warn({
        code: 'BUG' satisfies WarningCode,
        message: String(error),
        cure: 'please report it; lines of one batch may be stuck'
      })
  })
  const intake = new Intake({
    clock,
    store,
    ledger,
    overflow,
    spool: spool?.stage,
    settlement,
    dropped,
    lanes,
    batcher,
    hostname: host,
    router: createRouter(settings.routing, host),
    oversize: settings.oversize
  })
  const ending = new Shutdown({
    store,
    dispatcher,
    intake,
    settlement,
    spool: spool?.stage,
    hasDeadLetters: deadLetters !== undefined,
    rejected: (event) => trouble.rejected(event),
    release: () => {
      spool?.stop()
      trouble.flush()
      deadLetters?.close()
    }
  })
  // Told a moment later, when whoever made this has had time to listen.
  if (settings.ordered && settings.aggregateBytes === 0) queueMicrotask(() => trouble.warn(ORDERED_RATE))
  return {
    clock,
    transport,
    credentials,
    store,
    ledger,
    batcher,
    spool,
    deadLetters,
    notice,
    ending,
    overflow,
    window,
    attempts,
    outcomes,
    settlement,
    dispatcher,
    intake
  }
}
