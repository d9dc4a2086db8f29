import type { State } from '../src/viewer/wire.ts'
import { connect } from './connection.ts'
import { byId, element, setText } from './elements.ts'
import { Faults } from './faults.ts'
import { bytes, count, rate } from './format.ts'
import { Keys } from './keys.ts'
import { linesOf } from './line.ts'
import { LineDetails } from './line-details.ts'
import { filterOf, markPattern } from './line-filter.ts'
import { LineList } from './line-list.ts'
import { LineStore } from './line-store.ts'
import { Partitions } from './partitions.ts'
import { ratesBetween } from './rates.ts'
import { Requests, Senders } from './requests.ts'
import { Search } from './search.ts'
import { startTabs } from './tabs.ts'
import { startTheme } from './theme.ts'

const viewport = byId('lines', HTMLElement)
const found = byId('found', HTMLElement)
const skippedNote = byId('skipped', HTMLElement)
const followButton = byId('follow', HTMLButtonElement)
const welcome = byId('welcome', HTMLElement)
const condition = byId('condition', HTMLElement)
const banner = byId('banner', HTMLElement)
const announcer = byId('announcer', HTMLElement)

const ANNOUNCED_MS = 5_000
let announced: ReturnType<typeof setTimeout> | undefined

/** Said by a screen reader, and shown for a moment. */
function announce(text: string): void {
  if (text === '') return
  setText(announcer, text)
  clearTimeout(announced)
  announced = setTimeout(() => setText(announcer, ''), ANNOUNCED_MS)
}

let run = ''
let before: State | undefined
let unseen = 0
let skipped = 0
/** Whether the next lines are the first ones of a connection. */
let isBack = false

const store: LineStore = new LineStore((removed) => {
  list.shift(removed)
  list.update()
  tellFound()
})
const details = new LineDetails(announce, () => viewport.focus())
const list: LineList = new LineList({
  viewport,
  lines: () => store.shown,
  choose: (line) => details.open(line),
  followed(isFollowing) {
    unseen = 0
    tellFollowing(isFollowing)
  }
})
const search = new Search((wanted) => {
  list.mark(markPattern(wanted.text))
  store.find(filterOf(wanted))
  list.reset()
})
const requests = new Requests()
const senders = new Senders()
const partitions = new Partitions()
const keys = new Keys((key) => search.showKey(key))
const faults = new Faults(announce)

followButton.addEventListener('click', () => list.follow(!list.isFollowing))
byId('clear', HTMLButtonElement).addEventListener('click', () => {
  store.clear(false)
  skipped = 0
  setText(skippedNote, '')
  announce('The lines are cleared here. The local DIS still has them.')
})
document.addEventListener('keydown', (event) => {
  const { target, key } = event
  const isTyping = target instanceof HTMLElement && target.matches('input, select, textarea, button, summary')
  if (event.ctrlKey || event.metaKey || event.altKey || (isTyping && key !== 'Escape')) return
  if (key === '/') search.focus()
  else if (key === ' ' || key === 'p') list.follow(!list.isFollowing)
  else return
  event.preventDefault()
})
startTabs(byId('tabs', HTMLElement), () => {
  requests.shown()
  if (before !== undefined) senders.update(before)
})
startTheme(() => partitions.draw())

function tellFollowing(isFollowing: boolean): void {
  setText(followButton, isFollowing ? 'Pause' : unseen === 0 ? 'Follow' : `Follow · ${count(unseen)} new`)
  followButton.setAttribute('aria-pressed', String(!isFollowing))
}

function tellFound(): void {
  const { shown, total } = store
  const all = total === 1 ? '1 line' : `${count(total)} lines`
  setText(found, shown.length === total ? all : `${count(shown.length)} of ${all}`)
  found.dataset['busy'] = String(store.isSearching)
  welcome.hidden = total > 0
}

function tellSkipped(records: number): void {
  if (records === 0) return
  skipped += records
  setText(
    skippedNote,
    `${count(skipped)} records are not shown: they came too fast for this page, or while it was not connected.`
  )
}

function show(state: State): void {
  const rates = before === undefined ? undefined : ratesBetween(before, state)
  if (rates !== undefined) {
    setText(byId('tile-accepted', HTMLElement), rate(rates.accepted))
    setText(byId('tile-bytes', HTMLElement), bytes(rates.bytes))
    setText(byId('tile-requests', HTMLElement), rate(rates.requests))
    setText(byId('tile-throttled', HTMLElement), rate(rates.throttled))
    setText(byId('tile-failed', HTMLElement), rate(rates.failed))
    byId('tile-throttled', HTMLElement).classList.toggle('is-bad', rates.throttled > 0)
    byId('tile-failed', HTMLElement).classList.toggle('is-bad', rates.failed > 0)
  }
  setText(byId('total-accepted', HTMLElement), `${count(state.accepted)} in all`)
  setText(byId('total-bytes', HTMLElement), `${bytes(state.bytes)} in all`)
  setText(byId('total-requests', HTMLElement), `${count(state.connections)} connections`)
  setText(byId('total-throttled', HTMLElement), `${count(state.throttled)} in all`)
  setText(byId('total-failed', HTMLElement), `${count(state.failed)} in all`)
  before = state
  partitions.update(state)
  keys.update(state)
  senders.update(state)
  faults.update(state)
  search.update(state)
}

connect(
  {
    hello(hello) {
      const isNewRun = run !== '' && run !== hello.run
      run = hello.run
      isBack = true
      setText(byId('endpoint', HTMLElement), location.origin)
      for (const place of document.querySelectorAll('[data-endpoint]')) setText(place, location.origin)
      if (!isNewRun) return
      before = undefined
      store.clear(true)
      requests.clear()
      partitions.clear()
      announce('The local DIS was started anew.')
    },
    lines({ records, skipped: left }) {
      const lines = records.flatMap(linesOf)
      // What arrived while there was no connection, but for the newest lines.
      const missed = isBack ? store.gapBefore(lines) : 0
      isBack = false
      if (!list.isFollowing) unseen += lines.length
      store.add(lines)
      tellFollowing(list.isFollowing)
      tellSkipped(left + missed)
    },
    missed: (missed) => tellSkipped(missed.records),
    requests: (news) => requests.add(news),
    state: show
  },
  ({ kind, text }) => {
    condition.dataset['kind'] = kind
    setText(condition, kind === 'open' ? 'Live' : kind === 'unsupported' ? 'Not live' : 'Disconnected')
    banner.hidden = kind === 'open'
    banner.replaceChildren(kind === 'open' ? '' : element('span', {}, text))
  }
)
tellFound()
tellFollowing(true)
