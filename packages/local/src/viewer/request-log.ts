import { performance } from 'node:perf_hooks'
import { MAX_KEPT_REQUESTS, MAX_SENDERS } from './viewer-bounds.ts'
import type { RequestRow, SenderRow } from './wire.ts'

type Writable<T> = { -readonly [K in keyof T]: T[K] }

/** A request under way: each part of the server writes what it learns. */
export type RequestTrace = Omit<Writable<RequestRow>, 'number' | 'durationMs'> & { readonly startMs: number }

/** The request's own words that are kept. */
export interface RequestHead {
  readonly method?: string | undefined
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}

const MAX_SENDER_LENGTH = 120
const SHOWN_KEY_LENGTH = 4

/** The last requests, and who sent them. What it holds is bounded by numbers of rows of bounded length. */
export class RequestLog {
  readonly #rows: RequestRow[] = []
  readonly #senders: Map<string, Writable<SenderRow>> = new Map()
  readonly #now: () => number
  #next = 0

  /** `now` gives milliseconds since 1970. */
  constructor(now: () => number) {
    this.#now = now
  }

  /** Number that the next request gets. */
  get next(): number {
    return this.#next
  }

  /** A request whose head has arrived. */
  begin({ method = '', headers }: RequestHead): RequestTrace {
    return {
      startMs: performance.now(),
      atMs: this.#now(),
      method: method.slice(0, 10),
      action: '',
      stream: '',
      status: 0,
      code: '',
      bytes: 0,
      answerBytes: 0,
      records: 0,
      throttled: 0,
      failed: 0,
      fault: '',
      form: formOf(headers),
      sender: String(headers['user-agent'] ?? '').slice(0, MAX_SENDER_LENGTH),
      accessKey: shownKey(headers)
    }
  }

  /** A request that is over, answered or not. */
  end({ startMs, ...trace }: RequestTrace): void {
    const durationMs = Math.round((performance.now() - startMs) * 100) / 100
    this.#rows.push({ number: this.#next++, durationMs, ...trace })
    // Cut now and then, so that a request costs no move of all the others.
    if (this.#rows.length > 2 * MAX_KEPT_REQUESTS) this.#rows.splice(0, MAX_KEPT_REQUESTS)
    this.#count(trace)
  }

  /** At most so many of the requests from a number on, the newest of them, oldest first. */
  since(number: number, most: number): RequestRow[] {
    const wanted = Math.min(this.#next - number, most, this.#rows.length)
    return wanted <= 0 ? [] : this.#rows.slice(-wanted)
  }

  /** Who sent, the last one first. */
  senders(): SenderRow[] {
    return [...this.#senders.values()].reverse()
  }

  #count(trace: Omit<RequestTrace, 'startMs'>): void {
    const id = `${trace.accessKey}\n${trace.sender}`
    const row = this.#senders.get(id) ?? {
      sender: trace.sender,
      accessKey: trace.accessKey,
      lastAtMs: 0,
      requests: 0,
      refused: 0,
      records: 0,
      throttled: 0,
      failed: 0,
      bytes: 0
    }
    row.lastAtMs = trace.atMs
    row.requests += 1
    if (trace.status >= 400 || trace.status === 0) row.refused += 1
    row.records += trace.records
    row.throttled += trace.throttled
    row.failed += trace.failed
    row.bytes += trace.bytes
    // At the end again: the first one is the one that was silent for longest.
    this.#senders.delete(id)
    this.#senders.set(id, row)
    const [oldest] = this.#senders.keys()
    if (oldest !== undefined && this.#senders.size > MAX_SENDERS) this.#senders.delete(oldest)
  }
}

type Headers = RequestHead['headers']

function formOf(headers: Headers): string {
  const isProtobuf = String(headers['content-type'] ?? '').includes('protobuf')
  const [encoding = ''] = /^[a-z0-9]{1,10}$/i.exec(String(headers['content-encoding'] ?? '')) ?? []
  return `${isProtobuf ? 'protobuf' : 'json'} ${encoding}`.trim()
}

/** Never more than four characters of a key, and less than half of it; nothing of a token. */
function shownKey(headers: Headers): string {
  const authorization = String(headers['authorization'] ?? '').slice(0, 300)
  const [, key = ''] = /(?:Access|Credential)=\s*([\w-]+)/.exec(authorization) ?? []
  if (key !== '') return `${key.slice(0, Math.min(SHOWN_KEY_LENGTH, Math.floor((key.length - 1) / 2)))}…`
  return headers['x-auth-token'] === undefined ? '' : 'token'
}
