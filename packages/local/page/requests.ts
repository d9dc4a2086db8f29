import type { Requests as RequestNews, RequestRow, SenderRow, State } from '../src/viewer/wire.ts'
import { byId, element, setText } from './elements.ts'
import { bytes, count, duration, time } from './format.ts'

const MAX_KEPT = 1_000
const MAX_SHOWN = 100

/** The last requests, the newest first. */
export class Requests {
  readonly #root = byId('requests-body', HTMLElement)
  readonly #note = byId('requests-note', HTMLElement)
  readonly #onlyTrouble = byId('requests-trouble', HTMLInputElement)
  #rows: RequestRow[] = []
  #skipped = 0
  #isPlanned = false

  constructor() {
    this.#onlyTrouble.addEventListener('change', () => this.#draw())
  }

  /** Adds requests. Those that are here already are left out: a connection that comes again brings them. */
  add({ requests, skipped }: RequestNews): void {
    const last = this.#rows.at(-1)?.number ?? -1
    this.#rows.push(...requests.filter(({ number }) => number > last))
    this.#rows = this.#rows.slice(-MAX_KEPT)
    this.#skipped += skipped
    // A table of a hundred rows takes time: four times a second is enough to read.
    if (this.#isPlanned) return
    this.#isPlanned = true
    setTimeout(() => {
      this.#isPlanned = false
      this.#draw()
    }, 250)
  }

  /** Forgets everything. */
  clear(): void {
    this.#rows = []
    this.#skipped = 0
    this.#draw()
  }

  #draw(): void {
    if (!this.#root.checkVisibility()) return
    const wanted = this.#onlyTrouble.checked ? this.#rows.filter(isTrouble) : this.#rows
    this.#root.replaceChildren(...wanted.slice(-MAX_SHOWN).reverse().map(requestRow))
    const skipped =
      this.#skipped === 0 ? '' : ` ${count(this.#skipped)} came too fast to be shown one by one.`
    setText(
      this.#note,
      this.#rows.length === 0
        ? 'No request yet.'
        : `The last ${count(Math.min(MAX_SHOWN, wanted.length))} of ${count(wanted.length)}.${skipped}`
    )
  }

  /** Draws what changed while nobody saw it. */
  shown(): void {
    this.#draw()
  }
}

function isTrouble({ status, throttled, failed, fault }: RequestRow): boolean {
  return status === 0 || status >= 400 || throttled > 0 || failed > 0 || fault !== ''
}

function requestRow(row: RequestRow): HTMLElement {
  const { status, throttled, failed } = row
  const kind = status === 0 || status >= 400 ? 'bad' : throttled + failed > 0 ? 'warn' : 'good'
  const what = [
    row.action || row.method,
    row.stream,
    row.form === 'json' ? '' : row.form,
    row.accessKey,
    row.sender
  ]
    .filter((text) => text !== '')
    .join(' · ')
  const trouble = [
    row.code,
    throttled > 0 ? `${count(throttled)} throttled` : '',
    failed > 0 ? `${count(failed)} failed` : '',
    row.fault === '' ? '' : `fault: ${row.fault}`
  ].filter((text) => text !== '')
  return element(
    'tr',
    {},
    element('td', { class: 'when' }, time(row.atMs), element('span', { class: 'sub', title: what }, what)),
    element(
      'td',
      {},
      element('span', { class: `badge ${kind}` }, status === 0 ? 'cut' : String(status)),
      trouble.length === 0 ? undefined : element('span', { class: 'sub is-bad' }, trouble.join(' · '))
    ),
    element('td', {}, row.records === 0 ? '–' : count(row.records)),
    element('td', {}, bytes(row.bytes)),
    element('td', {}, duration(row.durationMs))
  )
}

/** Who sends. */
export class Senders {
  readonly #root = byId('senders-body', HTMLElement)
  readonly #note = byId('senders-note', HTMLElement)

  /** Shows the counters of one more second. */
  update({ senders, nowMs }: State): void {
    setText(this.#note, senders.length === 0 ? 'Nobody has sent a request yet.' : '')
    if (this.#root.checkVisibility()) {
      this.#root.replaceChildren(...senders.map((sender) => senderRow(sender, nowMs)))
    }
  }
}

function senderRow(sender: SenderRow, nowMs: number): HTMLElement {
  const { refused, throttled, failed } = sender
  const trouble = [
    refused > 0 ? `${count(refused)} requests refused` : '',
    throttled > 0 ? `${count(throttled)} throttled` : '',
    failed > 0 ? `${count(failed)} failed` : ''
  ].filter((text) => text !== '')
  return element(
    'tr',
    {},
    element(
      'th',
      { scope: 'row' },
      element('span', { class: 'agent' }, sender.sender || '(no user agent)'),
      element(
        'span',
        { class: 'sub' },
        `${sender.accessKey === '' ? 'no credentials' : `key ${sender.accessKey}`} · ${duration(Math.max(0, nowMs - sender.lastAtMs))} ago`
      ),
      trouble.length === 0 ? undefined : element('span', { class: 'sub is-bad' }, trouble.join(' · '))
    ),
    element('td', {}, count(sender.requests)),
    element('td', {}, count(sender.records)),
    element('td', {}, bytes(sender.bytes))
  )
}
