/**
 * The composition root: the stages of a producer, each made of what it needs. Building starts nothing and emits nothing.
 *
 * line → route → queue → batch → sender → outcome → verdict → queue and settlement
 */
import { hostname } from 'node:os'
import { createCredentialSource } from './auth/credentials.ts'
import { type Clock, systemClock } from './clock.ts'
import { loadCodec } from './codec/load.ts'
import { Dispatcher } from './delivery/dispatcher.ts'
import { Ledger } from './delivery/ledger.ts'
import { Sender } from './delivery/sender.ts'
import { ServiceHealth } from './delivery/service-health.ts'
import { Settlement } from './delivery/settlement.ts'
import { Shutdown } from './delivery/shutdown.ts'
import { HttpTransport } from './net/http.ts'
import { openDeadLetters, openSpool } from './open-spool.ts'
import type { Settings } from './options/settings.ts'
import type { ExitListener } from './process-exit.ts'
import { nextProducerId, uniqueProducerId } from './producer-id.ts'
import type { MemoryUse } from './queue/buffer-limit.ts'
import { Intake } from './queue/intake.ts'
import { LineStore } from './queue/line-store.ts'
import { Queue } from './queue/queue.ts'
import { createRouter } from './record/route.ts'
import { createShape } from './record/shape.ts'
import { warningOf } from './report/diagnoses.ts'
import { DropNotice } from './report/drop-notice.ts'
import type { ProducerEvents, WarningEvent } from './report/events.ts'
import { Reporter } from './report/reporter.ts'
import type { Stats } from './report/stats.ts'
import { writeStderr } from './report/stderr.ts'
import type { OpenLetterFile } from './spool/dead-letters.ts'
import type { Disk } from './spool/disk.ts'
import { collectStats } from './stats-of.ts'
import { Bodies } from './wire/bodies.ts'
import type { Codec, Compression } from './wire/compress.ts'
import { createFormat, WireForm } from './wire/form.ts'
import type { Transport } from './wire/message.ts'

/** What a test puts in place of the machine. */
export interface ProducerParts {
  readonly clock?: Clock
  readonly transport?: Transport
  readonly disk?: Disk
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly hostname?: string
  readonly pid?: number
  /** What tells this producer from the others of the process; one is made where there is none. */
  readonly producerId?: string
  /** What tells it from all producers that there ever were: 12 characters. */
  readonly uniqueId?: string
  readonly openLetterFile?: OpenLetterFile
  /** Calls the listener at the end of the process, until the returned function is called. */
  readonly joinExit?: (listener: ExitListener) => () => void
  readonly stderr?: (text: string) => void
  /** The library of a compression; `undefined` for `'none'`. */
  readonly loadCodec?: (compression: Compression) => Codec | undefined
  /** Gets what a test may look at after each step. */
  readonly inspect?: (inside: ProducerInside) => void
}

/** The books of a producer, and its memory. Unlike `stats` it walks over no lines. */
export interface ProducerInside {
  readonly totals: () => ReturnType<Ledger['totals']> & Pick<Stats, 'recovered' | 'spoolDamaged'>
  readonly memory: () => MemoryUse
}

/** What the stages tell the producer. */
export interface StageEvents {
  readonly emit: <Name extends keyof ProducerEvents>(name: Name, ...payload: ProducerEvents[Name]) => void
  /** Lines were settled: there may be more room, or nothing left. */
  readonly settled: () => void
}

/** The stages that a producer's own promises (write, flush, close, stats) are about. */
export interface Stages {
  readonly clock: Clock
  readonly ledger: Ledger
  readonly queue: Queue
  readonly intake: Intake
  readonly dispatcher: Dispatcher
  readonly dropNotice: DropNotice
  readonly shutdown: Shutdown
  /** Nothing is in memory, and nothing waits on disk. */
  readonly isEmpty: () => boolean
  /** Whether lines that do not fit into memory go to disk now. */
  readonly hasRoomOnDisk: () => boolean
  readonly stats: () => Stats
  readonly warn: (event: WarningEvent) => void
  /** To be called once, when the producer can be told something. */
  readonly start: () => void
  /** Closes connections. */
  readonly disconnect: () => Promise<void>
}

/** Legal, and right for few lines a key; with more, lines wait longer and longer. */
const ORDERED_RATE: WarningEvent = warningOf(
  'ORDERED_RATE',
  "with 'ordered' and without 'aggregate' each key gets one line a round trip: 20 lines/s at 50 ms"
)

/**
 * Makes the stages for those settings.
 * @throws DisConfigError if a folder, a file or a codec cannot be used
 */
export function composeStages(settings: Settings, parts: ProducerParts, events: StageEvents): Stages {
  const { clock = systemClock, hostname: host = hostname(), pid = process.pid, stderr = writeStderr } = parts
  const { producerId = nextProducerId() } = parts
  const { target, retry } = settings

  const reporter = new Reporter(clock, events.emit, stderr)
  const warn = (event: WarningEvent) => reporter.warn(event)
  const dropNotice = new DropNotice(clock)
  const deadLetters = openDeadLetters(settings, { clock, warn, open: parts.openLetterFile })

  const form = composeForm(settings, parts.loadCodec ?? loadCodec)
  const store = new LineStore(settings.buffer.maxBytes)
  const queue = composeQueue(settings, clock, store, form)

  const ledger = new Ledger()
  const settlement = new Settlement({ store, ledger, reporter, deadLetters, dropNotice })
  const spool = openSpool(settings, { clock, disk: parts.disk, host, pid, store, queue, settlement, warn })
  const intake = new Intake({
    clock,
    store,
    queue,
    settlement,
    spool: spool?.stage,
    routing: settings.routing,
    router: createRouter(settings.routing, host),
    shape: createShape(settings, () => parts.uniqueId ?? uniqueProducerId()),
    oversize: settings.oversize,
    hostname: host
  })

  const transport = parts.transport ?? composeTransport(settings)
  const credentials = createCredentialSource(settings.credentials, { clock, warn })
  const identity = { ...target, signing: settings.signing }
  const sender = new Sender({
    store,
    clock,
    credentials,
    transport,
    identity,
    secrets: settings.network.secrets,
    form,
    source: { producerId, streamName: target.streamName, endpoint: target.origin }
  })
  const health = new ServiceHealth({
    clock,
    policy: { ...retry, maxConcurrency: settings.maxConcurrency },
    credentials,
    correctClock: (serverDate) => sender.correctClock(serverDate),
    warn
  })
  const dispatcher = new Dispatcher({
    clock,
    store,
    queue,
    sender,
    settlement,
    health,
    retry,
    spool: spool?.stage,
    intake,
    dropNotice,
    warn,
    settled: events.settled
  })
  const shutdown = new Shutdown({
    queue,
    dispatcher,
    intake,
    settlement,
    spool: spool?.stage,
    hasDeadLetters: deadLetters !== undefined,
    release: () => {
      spool?.stop()
      reporter.flush()
      deadLetters?.close()
    }
  })

  const counted = { clock, store, queue, ledger, settlement, intake, sender, health, spool, deadLetters }
  const sources = { ...counted, settings, producerId }

  parts.inspect?.({
    totals: () => ({
      ...ledger.totals(),
      recovered: ledger.recovered,
      spoolDamaged: spool?.warnings.damaged ?? 0
    }),
    memory: () => queue.limit.use
  })

  return {
    clock,
    ledger,
    queue,
    intake,
    dispatcher,
    dropNotice,
    shutdown,
    warn,
    hasRoomOnDisk: () => spool?.stage.hasRoom === true,
    isEmpty: () => store.lines === 0 && spool?.stage.isWaiting !== true,
    stats: () => collectStats(sources),
    start: () => {
      reporter.start()
      if (settings.ordered && settings.aggregateBytes === 0) queueMicrotask(() => warn(ORDERED_RATE))
      // What an earlier process left is sent without waiting for a first line; if it left nothing, `close` need not wait.
      spool?.start(() => {
        dispatcher.wake()
        events.settled()
      })
    },
    disconnect: async () => {
      await Promise.all([transport.close(), credentials.close()])
    }
  }
}

function composeForm({ wire, target }: Settings, load: NonNullable<ProducerParts['loadCodec']>): WireForm {
  const bodies = new Bodies()
  const format = createFormat(wire.format, target.streamName, target.streamId, bodies)
  return new WireForm(format, load(wire.compression), bodies)
}

function composeQueue(settings: Settings, clock: Clock, store: LineStore, { format }: WireForm): Queue {
  const { routing, buffer, batch, aggregateBytes, ordered, retry } = settings
  return new Queue({
    clock,
    store,
    routing,
    format,
    buffer,
    batch: { ...batch, aggregateBytes, ordered },
    backoff: retry
  })
}

function composeTransport({ target, maxConcurrency, requestTimeoutMs, network }: Settings): Transport {
  return new HttpTransport({
    origin: target.origin,
    maxConnections: maxConcurrency,
    requestTimeoutMs,
    network
  })
}
