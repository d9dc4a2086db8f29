/**
 * The pipeline: the stages put together, with nothing left to decide.
 *
 * line → route → record → lane → batch → request → attempt → outcome → settled
 */
import { hostname } from 'node:os'
import { createCredentialSource } from './auth/credentials.ts'
import type { CredentialSource } from './auth/identity.ts'
import { type Clock, systemClock } from './clock.ts'
import { Attempts } from './delivery/attempt.ts'
import { Circuit } from './delivery/circuit.ts'
import { Dispatcher } from './delivery/dispatcher.ts'
import { OutcomeHandler } from './delivery/outcomes.ts'
import { Settlement } from './delivery/settlement.ts'
import { Window } from './delivery/window.ts'
import type { ProducerEvents } from './events.ts'
import { HttpTransport } from './net/http.ts'
import { Batcher } from './queue/batcher.ts'
import { Intake } from './queue/intake.ts'
import { Lanes } from './queue/lanes.ts'
import { LineStore } from './queue/line-store.ts'
import { Overflow } from './queue/overflow.ts'
import { createRouter } from './record/route.ts'
import type { Settings } from './settings.ts'
import { Ledger } from './stats.ts'
import { Trouble } from './trouble.ts'
import type { Transport } from './wire/message.ts'

/** What a test puts in place of the world. */
export interface ProducerParts {
  readonly clock?: Clock
  readonly transport?: Transport
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
  readonly overflow: Overflow
  readonly window: Window
  readonly attempts: Attempts
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

// One probe every five minutes while credentials are refused: as long as a locked key stays locked.
const PROBE_INTERVAL_MS = 300_000

/** Builds the stages for those settings. Starts nothing. */
export function assemblePipeline(settings: Settings, parts: ProducerParts, events: PipelineEvents): Pipeline {
  const { target, batch, retry } = settings
  const clock = parts.clock ?? systemClock
  const trouble = new Trouble(clock, events.tell, parts.stderr ?? ((text) => process.stderr.write(text)))
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
  const batcher = new Batcher(store, {
    ...batch,
    aggregateBytes: settings.aggregateBytes,
    ordered: settings.ordered
  })
  const overflow = new Overflow(store, settings.buffer)
  const window = new Window({ ...retry, maxConcurrency: settings.maxConcurrency })
  const settlement = new Settlement(store, ledger, {
    rejected: (group) => trouble.rejected(group),
    dropped: (reason, lines, bytes) => trouble.dropped({ reason, lines, bytes }),
    released: events.released
  })
  const credentials = createCredentialSource(settings.credentials, {
    clock,
    warn: (event) => trouble.warn(event)
  })
  const attempts = new Attempts({
    store,
    clock,
    credentials,
    transport,
    identity: { ...target, signing: settings.signing },
    streamName: target.streamName,
    streamId: target.streamId
  })
  const outcomes = new OutcomeHandler({
    clock,
    store,
    retry,
    credentials,
    batcher,
    window,
    circuit: new Circuit(PROBE_INTERVAL_MS),
    settlement,
    lanesHavePartitions: settings.routing.kind !== 'spread',
    warn: (event) => trouble.warn(event)
  })
  const dispatcher = new Dispatcher({
    clock,
    store,
    batcher,
    window,
    attempts,
    outcomes,
    onBug: (error) =>
      trouble.warn({
        code: 'BUG',
        message: String(error),
        cure: 'please report it; lines of one batch may be stuck'
      })
  })
  const intake = new Intake({
    clock,
    store,
    ledger,
    overflow,
    settlement,
    trouble,
    lanes: new Lanes(settings.routing, store, batcher),
    batcher,
    router: createRouter(settings.routing, parts.hostname ?? hostname()),
    oversize: settings.oversize
  })
  return {
    clock,
    transport,
    credentials,
    store,
    ledger,
    batcher,
    overflow,
    window,
    attempts,
    outcomes,
    settlement,
    dispatcher,
    intake
  }
}
