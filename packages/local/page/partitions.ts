import type { PartitionRow, State, StreamRow } from '../src/viewer/wire.ts'
import { type Point, RateChart } from './chart.ts'
import { byId, element, setText } from './elements.ts'
import { bytes, count, percent, rate } from './format.ts'
import { partitionRates } from './rates.ts'

/** Charts cost time to draw; the partitions beyond have numbers only. */
const MAX_CHARTS = 24

type Unit = 'records' | 'bytes'

/** Cards of the partitions of all streams, each with what it takes against its limit. */
export class Partitions {
  readonly #root = byId('partitions-cards', HTMLElement)
  readonly #note = byId('partitions-note', HTMLElement)
  readonly #unit = byId('partitions-unit', HTMLSelectElement)
  readonly #cards: Map<string, PartitionCard> = new Map()
  #before: State | undefined

  constructor() {
    this.#unit.addEventListener('change', () => {
      for (const card of this.#cards.values()) card.clear()
    })
  }

  /** Shows the counters of one more second. */
  update(state: State): void {
    const before = this.#before
    const seconds = before === undefined ? 0 : (state.elapsedMs - before.elapsedMs) / 1_000
    this.#before = state
    const seen = new Set<string>()
    for (const stream of state.streams) {
      const earlier = before?.streams.find(({ name }) => name === stream.name)
      for (const row of stream.partitions) {
        const id = `${stream.name}/${row[0]}`
        // A closed partition takes nothing more: it is gone from here, though its records can still be read.
        if (row[1] === 0) continue
        seen.add(id)
        const card = this.#card(id, stream, row[0], state.streams.length > 1)
        const last = earlier?.partitions.find(([partition]) => partition === row[0])
        if (seconds > 0.2) card.update(state, stream, row, last, seconds, this.#shownUnit)
      }
    }
    for (const [id, card] of this.#cards) {
      if (seen.has(id)) continue
      card.remove()
      this.#cards.delete(id)
    }
    const hidden = state.streams.reduce((sum, stream) => sum + stream.hiddenPartitions, 0)
    setText(
      this.#note,
      seen.size === 0
        ? 'There is no stream yet.'
        : hidden + state.hiddenStreams === 0
          ? ''
          : `${count(hidden)} more partitions and ${count(state.hiddenStreams)} more streams are not shown.`
    )
  }

  /** Forgets everything: the counters, and the time with them, begin anew. */
  clear(): void {
    this.#before = undefined
    for (const card of this.#cards.values()) card.clear()
  }

  /** Draws all charts again, in the colours of another theme. */
  draw(): void {
    for (const card of this.#cards.values()) card.draw()
  }

  get #shownUnit(): Unit {
    return this.#unit.value === 'bytes' ? 'bytes' : 'records'
  }

  #card(id: string, stream: StreamRow, partition: number, hasName: boolean): PartitionCard {
    const known = this.#cards.get(id)
    if (known !== undefined) return known
    const title = hasName ? `${stream.name} · ${partition}` : `Partition ${partition}`
    const card = new PartitionCard(title, this.#root, this.#cards.size < MAX_CHARTS)
    this.#cards.set(id, card)
    return card
  }
}

/** One partition. */
class PartitionCard {
  readonly #root: HTMLElement
  readonly #share = element('span', { class: 'share' })
  readonly #rate = element('span', { class: 'rate' })
  readonly #trouble = element('span', { class: 'trouble' })
  readonly #canvas = element('div', { class: 'chart', role: 'img' })
  readonly #chart: RateChart | undefined
  readonly #title: string

  constructor(title: string, into: HTMLElement, hasChart: boolean) {
    this.#title = title
    this.#root = element(
      'li',
      { class: 'card' },
      element('div', { class: 'card-head' }, element('h3', {}, title), this.#share),
      this.#canvas,
      element('div', { class: 'card-foot' }, this.#rate, this.#trouble)
    )
    into.append(this.#root)
    this.#canvas.hidden = !hasChart
    this.#canvas.setAttribute('aria-label', title)
    this.#chart = hasChart ? new RateChart(this.#canvas) : undefined
  }

  update(
    state: State,
    stream: StreamRow,
    row: PartitionRow,
    before: PartitionRow | undefined,
    seconds: number,
    unit: Unit
  ): void {
    const rates = partitionRates(before, row, seconds)
    const { limit } = stream
    const taken = unit === 'records' ? rates.accepted : rates.bytes
    // Of records that were turned away only the number is known; as bytes they count as large as the others.
    const mean = rates.accepted === 0 ? 0 : rates.bytes / rates.accepted
    const turnedAway = rates.throttled * (unit === 'records' ? 1 : mean)
    const point: Point = { taken, turnedAway, limit: limit === null ? null : limit[unit] }
    this.#chart?.add(Math.round(state.elapsedMs / 1_000), point)
    const share =
      limit === null ? undefined : Math.max(rates.accepted / limit.records, rates.bytes / limit.bytes)
    const load = share === undefined ? 'none' : share >= 0.95 ? 'full' : share >= 0.7 ? 'high' : 'low'
    this.#root.dataset['load'] = rates.throttled > 0 ? 'full' : load
    setText(this.#share, share === undefined ? 'no limit' : `${percent(share)} of limit`)
    setText(this.#rate, `${rate(rates.accepted)} rec/s · ${bytes(rates.bytes)}/s`)
    const trouble = [
      rates.throttled > 0 ? `${rate(rates.throttled)} throttled/s` : '',
      rates.failed > 0 ? `${rate(rates.failed)} failed/s` : ''
    ]
    setText(this.#trouble, trouble.filter((text) => text !== '').join(' · ') || `${count(row[6])} kept`)
    this.#trouble.classList.toggle('is-bad', rates.throttled + rates.failed > 0)
    this.#canvas.setAttribute(
      'aria-label',
      `${this.#title}: ${this.#rate.textContent}, ${this.#share.textContent}, ${this.#trouble.textContent}`
    )
  }

  draw(): void {
    this.#chart?.draw()
  }

  clear(): void {
    this.#chart?.clear()
  }

  remove(): void {
    this.#chart?.remove()
    this.#root.remove()
  }
}
