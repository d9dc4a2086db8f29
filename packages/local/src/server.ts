import {
  type Check,
  callable,
  integer,
  listOf,
  optional,
  reject,
  shape,
  text,
  truth,
  withDefault
} from './checks.ts'
import type { Fault } from './fault-types.ts'
import { FaultSet, type FaultState, seededRandom } from './faults.ts'
import { HostCheck, hostNameCheck } from './host-check.ts'
import { HttpSide } from './http.ts'
import { MemoryBudget } from './memory-budget.ts'
import {
  type AuthOptions,
  type CheckedStream,
  type LimitsOption,
  limitsCheck,
  type StreamOptions,
  streamCheck
} from './options.ts'
import { urlOf } from './server-url.ts'
import { serve } from './service.ts'
import { Counters, type LocalDisStats } from './stats.ts'
import { type ReceivedRecord, Store } from './store.ts'
import type { Stream } from './stream.ts'
import { type AuthControl, Credentials } from './verify/credentials.ts'
import { PageFiles } from './viewer/page-files.ts'
import { RequestLog } from './viewer/request-log.ts'
import { isForViewer, Viewer } from './viewer/viewer.ts'

/** How the server starts: plain data. Everything has a default. */
export interface LocalDisOptions {
  /** Port to listen on; 0, the default, takes a free one. */
  readonly port?: number | undefined
  /** Address to listen on. Default `127.0.0.1`; anything else can be reached from outside. */
  readonly host?: string | undefined
  /**
   * Names by which clients may reach the server, such as `dis` or `dis:4870`, besides `host`, localhost and IP
   * addresses. Other names are refused: a web page could make one of its own point here. Default none.
   */
  readonly allowedHosts?: readonly string[] | undefined
  /** Streams to start with. Default none. */
  readonly streams?: readonly StreamOptions[] | undefined
  /** Who may call. Default: everyone, with any credentials or none. */
  readonly auth?: AuthOptions | undefined
  /** `true`, the default: the real limits of each stream type. `false`: none. Or limits of your own. */
  readonly limits?: LimitsOption | undefined
  /** Ways in which the server misbehaves. Default none. */
  readonly faults?: readonly Fault[] | undefined
  /** Start of the random numbers behind fault probabilities. Default 1. */
  readonly seed?: number | undefined
  /** Milliseconds by which the server's clock, and the Date header of its answers, is ahead. Default 0. */
  readonly clockOffsetMs?: number | undefined
  /** How long streams made through the API stay CREATING. Default 0. */
  readonly createDelayMs?: number | undefined
  /** Bytes of memory that the records of a partition hold; beyond that the oldest go. Default 256 MiB. */
  readonly maxBytesPerPartition?: number | undefined
  /** The same over all partitions. Default 1 GiB. */
  readonly maxBytes?: number | undefined
  /**
   * Bytes of memory that requests under way hold, from their first byte to the last of the answer, over all
   * connections. Beyond that they get 429. Default 128 MiB.
   */
  readonly maxBytesInFlight?: number | undefined
  /** How long a client may take to send a request, and to take its answer, before it is cut. Default 30 s. */
  readonly requestTimeoutMs?: number | undefined
  /** If given, the only project id that is known; requests for another one get DIS.4117. */
  readonly projectId?: string | undefined
  /** Whether the server has a page that shows what arrives, at `viewerUrl`. Default true. */
  readonly viewer?: boolean | undefined
}

/** Options that only the thread of the server can take. */
export interface ServerOptions extends LocalDisOptions {
  /** Time in milliseconds since 1970. Default `Date.now`. */
  readonly clock?: (() => number) | undefined
  /** Folder of the files of the page. Default none: then only its events are there. */
  readonly pageFolder?: URL | undefined
}

/** Live control over the faults. */
interface FaultControl {
  /** Adds a fault behind the others. Throws a `LocalDisOptionError` if it is not a fault. */
  add(fault: Fault): void
  /** Removes every fault, and cuts the connections that `hang` holds. */
  clear(): void
  /** The faults in force, and how often each has met and struck requests. */
  list(): FaultState[]
}

/** A running server, seen from its own thread. */
export interface DisServer {
  /** Endpoint for clients, such as `http://127.0.0.1:18080`. */
  readonly url: string
  readonly port: number
  /** Address of the page, with its key if the server checks credentials; undefined without a page. */
  readonly viewerUrl: string | undefined
  readonly faults: FaultControl
  readonly auth: AuthControl
  /**
   * What a stream has received, over all its partitions, in the order of arrival.
   * Rejects if there is no such stream.
   */
  records(stream: string): Promise<ReceivedRecord[]>
  /** The same, and the server forgets them in that moment: each record is in one answer. For tests that run for hours. */
  takeRecords(stream: string): Promise<ReceivedRecord[]>
  /** A copy of all counters. */
  stats(): LocalDisStats
  /** Changes the limits from now on, for every partition, with full buckets. */
  setLimits(limits: LimitsOption): void
  /** Ends all connections at once and stops listening. May be called again. */
  close(): Promise<void>
}

const MEBIBYTE = 1_048_576

const NO_NAMES: readonly string[] = []
const NO_STREAMS: readonly CheckedStream[] = []
const NO_FAULTS: readonly Fault[] = []

// Auth and faults are checked by the parts that also take them later, while the server runs.
const handedOn =
  <T>(): Check<T | undefined> =>
  (value) =>
    value as T | undefined

const faultList: Check<readonly Fault[]> = (value, path) =>
  Array.isArray(value) ? value : reject(path, value, 'an array')

const checkOptions = shape({
  port: withDefault(integer(0, 65_535), 0),
  host: withDefault(text(), '127.0.0.1'),
  allowedHosts: withDefault(listOf(hostNameCheck), NO_NAMES),
  streams: withDefault(listOf(streamCheck), NO_STREAMS),
  auth: handedOn<AuthOptions>(),
  limits: withDefault(limitsCheck, true),
  faults: withDefault(faultList, NO_FAULTS),
  seed: withDefault(integer(0), 1),
  clockOffsetMs: withDefault(integer(Number.MIN_SAFE_INTEGER), 0),
  clock: withDefault(callable<() => number>('a function that gives milliseconds since 1970'), Date.now),
  createDelayMs: withDefault(integer(0), 0),
  maxBytesPerPartition: withDefault(integer(1), 256 * MEBIBYTE),
  maxBytes: withDefault(integer(1), 1_024 * MEBIBYTE),
  maxBytesInFlight: withDefault(integer(MEBIBYTE), 128 * MEBIBYTE),
  requestTimeoutMs: withDefault(integer(1, 600_000), 30_000),
  projectId: optional(text()),
  viewer: withDefault(truth, true),
  pageFolder: handedOn<URL>()
})

/**
 * Starts a server in this thread and resolves once it listens. Rejects with a `LocalDisOptionError` that names the option
 * if one is wrong, and with node's own error if the port cannot be had.
 */
export async function startServer(options: ServerOptions = {}): Promise<DisServer> {
  const settings = checkOptions(options, '')
  const clock = () => settings.clock() + settings.clockOffsetMs
  const counters = new Counters()
  const store = new Store(settings.limits, settings.maxBytes, settings.maxBytesPerPartition)
  const faults = new FaultSet(settings.faults, seededRandom(settings.seed))
  const credentials = new Credentials(settings.auth)
  settings.streams.forEach((stream, index) => {
    if (store.get(stream.name) !== undefined)
      reject(`streams[${index}].name`, stream.name, 'a name that is not taken')
    store.add({ ...stream, retentionHours: 24, tags: [] }, clock(), 0)
  })

  const timers = new Set<NodeJS.Timeout>()
  const sleep = (delayMs: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(() => {
        timers.delete(timer)
        resolve()
      }, delayMs)
      timers.add(timer)
    })

  const world = { store, counters, faults, createDelayMs: settings.createDelayMs }
  const surroundings = {
    world,
    credentials,
    now: clock,
    sleep,
    projectId: settings.projectId
  }
  const log = new RequestLog(clock)
  const viewer = settings.viewer
    ? new Viewer({
        store,
        counters,
        faults,
        log,
        credentials,
        files: new PageFiles(settings.pageFolder),
        now: clock,
        monotonicMs: () => performance.now()
      })
    : undefined
  const isForPage = (target: string | undefined): boolean => viewer !== undefined && isForViewer(target)
  const http = new HttpSide({
    serve: async (request) =>
      viewer !== undefined && isForPage(request.path) ? viewer.answer(request) : serve(request, surroundings),
    log,
    isUncounted: isForPage,
    hosts: new HostCheck(settings.host, settings.allowedHosts),
    budget: new MemoryBudget(settings.maxBytesInFlight),
    requestTimeoutMs: settings.requestTimeoutMs,
    onFaultsCleared: (cut) => faults.onClear(cut),
    counters,
    now: clock
  })
  const port = await http.listen(settings.port, settings.host)
  const url = urlOf(settings.host, port)
  let closing: Promise<void> | undefined
  const streamOf = (name: string): Stream => {
    const stream = store.get(name)
    if (stream !== undefined) return stream
    const known = store.all().map(({ seed }) => seed.name)
    return reject('stream', name, known.length === 0 ? 'none, there are no streams' : known.join(', '))
  }

  return {
    url,
    port,
    viewerUrl: viewer?.listensOn(url, port),
    faults,
    auth: credentials,
    records: async (name) => store.received(streamOf(name)),
    async takeRecords(name) {
      viewer?.look()
      return store.take(streamOf(name))
    },
    stats: () => counters.snapshot(faults.counts()),
    setLimits(limits) {
      store.setLimits(limitsCheck(limits, 'limits'), clock())
    },
    close() {
      viewer?.close()
      closing ??= http.close().finally(() => {
        for (const timer of timers) clearTimeout(timer)
      })
      return closing
    }
  }
}
