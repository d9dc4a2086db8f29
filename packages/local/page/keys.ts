import type { State, StreamRow } from '../src/viewer/wire.ts'
import { byId, element, setText } from './elements.ts'
import { percent, rate } from './format.ts'
import { hueOf } from './line-row.ts'

/** From this part of a partition's limit on, a key is hot: soon no more of its records are taken, though others have room. */
const HOT_SHARE = 0.6

/** The keys of each stream by their share of the last minute. */
export class Keys {
  readonly #root = byId('keys-body', HTMLElement)
  readonly #note = byId('keys-note', HTMLElement)
  readonly #choose: (key: string) => void
  #isPressed = false

  /** `choose` is called with the key that somebody wants to see the lines of. */
  constructor(choose: (key: string) => void) {
    this.#choose = choose
    this.#root.addEventListener('pointerdown', () => {
      this.#isPressed = true
    })
    for (const end of ['pointerup', 'pointercancel']) {
      addEventListener(end, () => {
        this.#isPressed = false
      })
    }
  }

  /** Shows the counters of one more second. */
  update(state: State): void {
    const rows = state.streams.flatMap((stream) => this.#rowsOf(stream, state.streams.length > 1))
    // A button that has the focus, or is being pressed, must not go.
    if (this.#isPressed || this.#root.contains(document.activeElement)) return
    this.#root.replaceChildren(...rows)
    const others = state.streams.reduce((sum, { keys }) => sum + keys.others, 0)
    const total = state.streams.reduce((sum, { keys }) => sum + keys.total, 0)
    setText(
      this.#note,
      total === 0
        ? 'No record in the last minute. Keys are counted while a page is open.'
        : others === 0
          ? 'Of the last minute.'
          : `Of the last minute. ${percent(others / total)} of the records have other keys.`
    )
  }

  #rowsOf(stream: StreamRow, hasName: boolean): HTMLElement[] {
    const { keys, limit, activePartitions } = stream
    const seconds = keys.windowMs / 1_000
    return keys.keys.map(([key, partition, records, size]) => {
      const share = records / keys.total
      const load =
        limit === null ? 0 : Math.max(records / seconds / limit.records, size / seconds / limit.bytes)
      const isHot = key !== null && (limit === null ? share > 0.5 && activePartitions > 1 : load >= HOT_SHARE)
      const bar = element('span', { class: 'bar' })
      bar.style.setProperty('--share', `${share * 100}%`)
      bar.style.setProperty('--hue', String(hueOf(key ?? '')))
      const name = element('button', { class: 'link key-name', type: 'button' }, key ?? '(no key)')
      name.title = key === null ? 'Records without a key' : `Show the lines of ${key}`
      name.disabled = key === null
      name.addEventListener('click', ({ detail }) => {
        this.#choose(key ?? '')
        // Who pressed it with a pointer does not go on from there: the focus would hold the table as it is.
        if (detail > 0) name.blur()
      })
      return element(
        'tr',
        { class: isHot ? 'is-hot' : undefined },
        element(
          'th',
          { scope: 'row' },
          name,
          isHot
            ? element('strong', { class: 'badge bad', title: 'It fills its partition' }, 'hot')
            : undefined,
          bar
        ),
        element('td', {}, hasName ? `${stream.name} · ${partition}` : key === null ? '–' : `p${partition}`),
        element('td', {}, rate(records / seconds)),
        element('td', {}, percent(share))
      )
    })
  }
}
