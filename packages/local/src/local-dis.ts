/**
 * The public server: in a thread of its own. A service is never in the thread of the application, and must not
 * be in tests either: pino's main thread blocks while its worker ends, and a server in there could not answer.
 */
import { Worker } from 'node:worker_threads'
import { LocalDisOptionError, truth, withDefault } from './checks.ts'
import type { LimitsOption } from './options.ts'
import type { LocalDisOptions } from './server.ts'
import type { LocalDisStats } from './stats.ts'
import type { ReceivedRecord } from './store.ts'
import {
  type AuthControl,
  errorFrom,
  type FaultControl,
  type PackedRecords,
  type Reply,
  type Request,
  type Start,
  unpackRecords
} from './thread-messages.ts'

/** How the server starts, and whether this process waits for it. */
export interface CreateLocalDisOptions extends LocalDisOptions {
  /**
   * `true`: the server keeps this process alive only while a call of it is under way, so what never closes it (a test file, a script) ends
   * all the same, and the server with it. Default `false`: it runs until `close()`, as a server does.
   */
  readonly unref?: boolean | undefined
}

/** A running server. */
export interface LocalDis {
  /** Endpoint for clients, such as `http://127.0.0.1:18080`. */
  readonly url: string
  readonly port: number
  /**
   * Address of the page that shows what arrives, such as `http://127.0.0.1:18080/viewer/`. If the server checks credentials it has
   * a key in it, for it shows what they protect. Undefined with `viewer: false`.
   */
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
  stats(): Promise<LocalDisStats>
  /** Changes the limits from now on, for every partition, with full buckets. */
  setLimits(limits: LimitsOption): Promise<void>
  /** Ends all connections at once and stops listening; what was received is gone. May be called again. */
  close(): Promise<void>
  /** `await using dis = await createLocalDis()`: closes it at the end of the block. */
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Starts a local DIS in a thread of its own and resolves once it listens. Rejects with a `LocalDisOptionError`
 * that names the option if one is wrong, and with node's own error if the port cannot be had.
 */
export async function createLocalDis(options: CreateLocalDisOptions = {}): Promise<LocalDis> {
  const { unref, ...serverOptions } = { ...options }
  const thread = new ServerThread(serverOptions, unrefCheck(unref, 'unref'))
  const { url, port, viewerUrl } = await thread.listening
  // One promise for one call of the server, with the types of the interface that it stands for.
  const remote =
    (method: string) =>
    (...args: unknown[]) =>
      thread.call<never>(method, args)
  let closing: Promise<void> | undefined
  const close = (): Promise<void> => {
    closing ??= thread.close()
    return closing
  }
  return {
    url,
    port,
    viewerUrl,
    faults: { add: remote('faults.add'), clear: remote('faults.clear'), list: remote('faults.list') },
    auth: {
      set: remote('auth.set'),
      addKey: remote('auth.addKey'),
      removeKey: remote('auth.removeKey'),
      addToken: remote('auth.addToken'),
      removeToken: remote('auth.removeToken')
    },
    records: async (stream) => unpackRecords(await thread.call<PackedRecords>('records', [stream])),
    takeRecords: async (stream) => unpackRecords(await thread.call<PackedRecords>('takeRecords', [stream])),
    stats: remote('stats'),
    setLimits: remote('setLimits'),
    close,
    [Symbol.asyncDispose]: close
  }
}

const unrefCheck = withDefault(truth, false)

interface Waiting {
  readonly resolve: (value: never) => void
  readonly reject: (error: Error) => void
}

class ServerThread {
  readonly listening: Promise<Extract<Start, { readonly kind: 'listening' }>>
  readonly #worker: Worker
  readonly #waiting: Map<number, Waiting> = new Map()
  readonly #isUnref: boolean
  #calls = 0
  #end: Error | undefined

  constructor(options: LocalDisOptions, isUnref: boolean) {
    this.#isUnref = isUnref
    this.#worker = startThread(options)
    this.listening = new Promise((resolve, reject) => {
      this.#worker.once('message', (start: Start) => {
        if (start.kind === 'failed') {
          reject(errorFrom(start.error))
          void this.#worker.terminate()
          return
        }
        this.#worker.on('message', (reply: Reply) => this.#settle(reply))
        this.#release()
        resolve(start)
      })
      this.#worker.once('error', reject)
    })
    this.#worker.on('error', (error: Error) => this.#fail(error))
    this.#worker.once('exit', () => this.#fail(new Error('the local DIS is closed')))
  }

  call<Value>(method: string, args: readonly unknown[]): Promise<Value> {
    return new Promise((resolve, reject) => {
      if (this.#end !== undefined) {
        reject(this.#end)
        return
      }
      const request: Request = { id: this.#calls++, method, args }
      this.#waiting.set(request.id, { resolve, reject })
      this.#worker.ref()
      this.#worker.postMessage(request)
    })
  }

  async close(): Promise<void> {
    if (this.#end !== undefined) return
    await this.call('close', [])
    this.#worker.ref()
    await this.#worker.terminate()
  }

  #settle(reply: Reply): void {
    const waiting = this.#waiting.get(reply.id)
    this.#waiting.delete(reply.id)
    if (reply.kind === 'error') waiting?.reject(errorFrom(reply.error))
    else waiting?.resolve(reply.value as never)
    this.#release()
  }

  /** Lets the process end, if it may, once nobody waits for an answer. */
  #release(): void {
    if (this.#isUnref && this.#waiting.size === 0) this.#worker.unref()
  }

  #fail(error: Error): void {
    this.#end ??= error
    for (const { reject } of this.#waiting.values()) reject(this.#end)
    this.#waiting.clear()
  }
}

function startThread(options: LocalDisOptions): Worker {
  try {
    // Without the flags of this process: `node --input-type=module -e` and the like would not suit a file.
    return new Worker(new URL('./thread.mjs', import.meta.url), { workerData: options, execArgv: [] })
  } catch (error) {
    if (!(error instanceof DOMException)) throw error
    throw new LocalDisOptionError('options', 'not plain data', 'plain data: it crosses into a thread')
  }
}
