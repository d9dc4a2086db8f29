import { randomUUID } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { type Answer, jsonAnswer } from '../answer.ts'
import { LocalDisOptionError } from '../checks.ts'
import { Refusal, refuseAtGateway } from '../errors.ts'
import type { Fault } from '../fault-types.ts'
import { parseQuery } from '../query.ts'
import { parseObject } from '../schema.ts'
import type { Outcome, WireRequest } from '../service.ts'
import type { Credentials } from '../verify/credentials.ts'
import { KeyCounts } from './key-counts.ts'
import { LineFeed } from './line-feed.ts'
import { eventText, OpenPage, type PageEvent } from './open-page.ts'
import { PageAccess } from './page-access.ts'
import type { PageFiles } from './page-files.ts'
import { type Sources, stateOf } from './page-state.ts'
import {
  MAX_FAULTS,
  MAX_KEPT_REQUESTS,
  MAX_PAGES,
  MAX_REQUESTS_PER_TICK,
  PAGE_BYTES,
  STATE_MS,
  TICK_MS
} from './viewer-bounds.ts'
import { findRecord } from './whole-record.ts'

const PATH = '/viewer/'

/** Whether a request is for the page and no call of the API. */
export function isForViewer(target: string | undefined): boolean {
  return target === '/viewer' || target?.startsWith(PATH) === true || target?.startsWith('/viewer?') === true
}

/** What the viewer is made with. */
export interface ViewerParts extends Omit<Sources, 'keys'> {
  readonly credentials: Credentials
  readonly files: PageFiles
}

/**
 * The page of the server: its files, the events that keep it up to date, and the switches of the faults. Everything that it does
 * is done a few times a second and only while a page is open; requests to the API pass it by.
 */
export class Viewer {
  readonly #parts: ViewerParts
  readonly #keys: KeyCounts
  readonly #feed: LineFeed
  readonly #access: PageAccess
  readonly #pages: Map<OpenPage, string | undefined> = new Map()
  readonly #hello: { readonly run: string; readonly startedAtMs: number }
  #url = ''
  #timer: NodeJS.Timeout | undefined
  #nextRequest = 0
  #stateAtMs = 0

  constructor(parts: ViewerParts) {
    this.#parts = parts
    this.#keys = new KeyCounts(parts.monotonicMs)
    this.#feed = new LineFeed(parts.store, this.#keys)
    this.#access = new PageAccess(() => parts.credentials.isOpen)
    this.#hello = { run: randomUUID(), startedAtMs: parts.now() }
  }

  /** To be called when the server listens. Gives the address of the page. */
  listensOn(url: string, port: number): string {
    this.#url = url
    this.#access.listensOn(port)
    return `${url}${PATH}${this.#access.query}`
  }

  /** Shows the open pages what arrived, now and not a moment later: what goes before is never seen. */
  look(): void {
    if (this.#pages.size > 0) this.#tick()
  }

  /** Ends the work for all pages. */
  close(): void {
    clearInterval(this.#timer)
    this.#pages.clear()
  }

  /** Answers a request for which `isForViewer` is true. */
  answer(request: WireRequest): Outcome {
    const { method, path, query, headers } = request
    const parameters = new Map(parseQuery(query))
    const key = parameters.get('key')
    if (path === '/viewer' || (path === PATH && key !== undefined)) return this.#enter(key)
    if (!this.#access.allows(headers['cookie'])) return keyMissing()
    switch (`${method} ${path.slice(PATH.length)}`) {
      case 'GET events':
        return this.#open(request)
      case 'GET record':
        return findRecord(this.#parts.store, parameters)
      case 'POST faults':
        return this.#addFault(request)
      case 'DELETE faults':
        return this.#removeFault(parameters.get('id'))
      default:
        return (
          (method === 'GET' ? this.#parts.files.answer(path.slice(PATH.length)) : undefined) ??
          refuseAtGateway('APIGW.0101', `${method} ${path.slice(0, 200)}`)
        )
    }
  }

  /** Without the key in the address, which would stay in the history. */
  #enter(key: string | undefined): Outcome {
    const cookie = key === undefined ? undefined : this.#access.cookieFor(key)
    const headers: Record<string, string> = { Location: PATH, 'Cache-Control': 'no-store' }
    if (cookie !== undefined) headers['Set-Cookie'] = cookie
    return { status: 303, contentType: 'text/plain; charset=utf-8', body: '', headers }
  }

  #open(request: WireRequest): Outcome {
    if (this.#pages.size >= MAX_PAGES) {
      return refuseAtGateway('APIGW.0308', `${MAX_PAGES} pages are open, and no more may be; close one`)
    }
    return { holdBytes: PAGE_BYTES, open: (response) => this.#start(response, request.headers['cookie']) }
  }

  #start(response: ServerResponse, cookies: string | undefined): () => void {
    if (this.#pages.size === 0) {
      this.#feed.start()
      this.#nextRequest = this.#parts.log.next
      this.#timer = setInterval(() => this.#tick(), TICK_MS)
    }
    const page = new OpenPage(response)
    this.#pages.set(page, cookies)
    const { log } = this.#parts
    // Up to where the other pages are, so that nothing comes twice.
    const behind = log.next - this.#nextRequest
    const requests = log.since(0, MAX_KEPT_REQUESTS).slice(0, behind === 0 ? undefined : -behind)
    page.send(
      [
        eventText('hello', { ...this.#hello, url: this.#url }),
        eventText('requests', { requests, skipped: 0 }),
        eventText('state', stateOf({ ...this.#parts, keys: this.#keys }, this.#pages.size)),
        eventText('lines', this.#feed.earlier())
      ].map((text) => ({ text, records: 0, requests: 0 }))
    )
    return () => this.#forget(page)
  }

  #forget(page: OpenPage): void {
    this.#pages.delete(page)
    if (this.#pages.size === 0) clearInterval(this.#timer)
  }

  #tick(): void {
    const { store, monotonicMs } = this.#parts
    for (const [page, cookies] of this.#pages) {
      if (this.#access.allows(cookies)) continue
      page.end()
      // Now and not when its connection has closed: nothing may be written to it any more.
      this.#forget(page)
    }
    const events: PageEvent[] = []
    const lines = this.#feed.collect()
    if (lines !== undefined) {
      const records = lines.records.length + lines.skipped
      events.push({ text: eventText('lines', lines), records, requests: 0 })
    }
    const requests = this.#newRequests()
    if (requests !== undefined) events.push(requests)
    if (monotonicMs() - this.#stateAtMs >= STATE_MS - TICK_MS / 2) {
      this.#stateAtMs = monotonicMs()
      this.#keys.keep(new Set(store.all().map(({ seed }) => seed.name)))
      events.push(this.#state())
    }
    if (events.length > 0) this.#sendAll(events)
  }

  #newRequests(): PageEvent | undefined {
    const { log } = this.#parts
    const arrived = log.next - this.#nextRequest
    if (arrived === 0) return undefined
    const requests = log.since(this.#nextRequest, MAX_REQUESTS_PER_TICK)
    this.#nextRequest = log.next
    const text = eventText('requests', { requests, skipped: arrived - requests.length })
    return { text, records: 0, requests: arrived }
  }

  #state(): PageEvent {
    const state = stateOf({ ...this.#parts, keys: this.#keys }, this.#pages.size)
    return { text: eventText('state', state), records: 0, requests: 0 }
  }

  #sendAll(events: readonly PageEvent[]): void {
    for (const page of this.#pages.keys()) page.send(events)
  }

  #addFault({ headers, body }: WireRequest): Answer | Refusal {
    // What a page may send to another origin without asking first is of other types.
    if (!(headers['content-type'] ?? '').startsWith('application/json')) {
      return new Refusal('dis', 415, 'LOCAL.FAULT', 'The Content-Type must be application/json.')
    }
    const { faults } = this.#parts
    if (faults.rules().length >= MAX_FAULTS) {
      return new Refusal('dis', 409, 'LOCAL.FAULT', `${MAX_FAULTS} faults are on, and no more may be.`)
    }
    const fault = parseObject(body)
    if (fault instanceof Refusal) return fault
    try {
      // It is checked there, and what is no fault throws.
      const id = faults.add({ ...fault } as unknown as Fault)
      this.#sendAll([this.#state()])
      return jsonAnswer({ id }, 201)
    } catch (error) {
      if (!(error instanceof LocalDisOptionError)) throw error
      return new Refusal('dis', 400, 'LOCAL.FAULT', error.message)
    }
  }

  #removeFault(id: string | undefined): Answer | Refusal {
    if (id === undefined) this.#parts.faults.clear()
    else if (!this.#parts.faults.remove(Number(id)))
      return new Refusal('dis', 404, 'LOCAL.FAULT', 'This fault is off already.')
    this.#sendAll([this.#state()])
    return jsonAnswer({})
  }
}

function keyMissing(): Answer {
  return {
    status: 403,
    contentType: 'text/plain; charset=utf-8',
    body: 'This local DIS checks credentials, so its page needs a key. Open the address that it printed at its start (viewerUrl), with ?key= in it.\n'
  }
}
