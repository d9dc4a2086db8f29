import type { State } from '../src/viewer/wire.ts'
import { byId, element } from './elements.ts'
import { EVERYTHING, type Wanted } from './line-filter.ts'

const TYPING_MS = 120

/** The form above the lines: what somebody looks for. */
export class Search {
  readonly #text = byId('search-text', HTMLInputElement)
  readonly #key = byId('search-key', HTMLInputElement)
  readonly #partition = byId('search-partition', HTMLSelectElement)
  readonly #level = byId('search-level', HTMLSelectElement)
  readonly #time = byId('search-time', HTMLSelectElement)
  readonly #from = byId('search-from', HTMLInputElement)
  readonly #to = byId('search-to', HTMLInputElement)
  readonly #between = byId('search-between', HTMLElement)
  readonly #changed: (wanted: Wanted) => void
  #timer: ReturnType<typeof setTimeout> | undefined
  #offered = ''

  /** `changed` is called when something else is wanted. */
  constructor(changed: (wanted: Wanted) => void) {
    this.#changed = changed
    const form = byId('search', HTMLFormElement)
    form.addEventListener('input', () => this.#soon())
    form.addEventListener('submit', (event) => event.preventDefault())
    form.addEventListener('reset', () => this.#soon())
  }

  /** Puts the caret into the field for text. */
  focus(): void {
    this.#text.focus()
    this.#text.select()
  }

  /** Looks for the lines of a key, and of none that only contains it. The end of a very long key is not known here. */
  showKey(key: string): void {
    this.#key.value = key.endsWith('…') ? key.slice(0, -1) : `"${key}"`
    this.#soon()
  }

  /** Offers the partitions and keys that there are. */
  update({ streams }: State): void {
    const partitions = streams.flatMap((stream) =>
      stream.partitions.map(([partition]) => ({
        value: `${stream.name}/${partition}`,
        text: streams.length > 1 ? `${stream.name} · ${partition}` : `Partition ${partition}`
      }))
    )
    const names = streams.length > 1 ? streams.map(({ name }) => ({ value: `${name}/`, text: name })) : []
    const offered = [...names, ...partitions]
    const id = offered.map(({ value }) => value).join('\n')
    if (id === this.#offered) return
    this.#offered = id
    const chosen = this.#partition.value
    this.#partition.replaceChildren(
      element('option', { value: '' }, 'All partitions'),
      ...offered.map(({ value, text }) => element('option', { value }, text))
    )
    this.#partition.value = chosen
    // The one that was chosen may be gone.
    if (this.#partition.selectedIndex < 0) this.#partition.value = ''
  }

  #soon(): void {
    this.#between.hidden = this.#time.value !== 'between'
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#between.hidden = this.#time.value !== 'between'
      this.#changed(this.#wanted())
    }, TYPING_MS)
  }

  #wanted(): Wanted {
    const [stream = '', partition = ''] = this.#partition.value.split('/')
    const minutes = Number(this.#time.value)
    const isBetween = this.#time.value === 'between'
    const given = (input: HTMLInputElement, fallback: number): number => {
      const ms = isBetween ? Date.parse(input.value) : Number.NaN
      return Number.isNaN(ms) ? fallback : ms
    }
    return {
      text: this.#text.value,
      key: this.#key.value,
      stream,
      partition: partition === '' ? undefined : Number(partition),
      minLevel: this.#level.value,
      fromMs: minutes > 0 ? Date.now() - minutes * 60_000 : given(this.#from, EVERYTHING.fromMs),
      toMs: given(this.#to, EVERYTHING.toMs)
    }
  }
}
