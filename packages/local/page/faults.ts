import type { FaultKind } from '../src/fault-types.ts'
import type { FaultRow, State } from '../src/viewer/wire.ts'
import { byId, element, setText } from './elements.ts'
import { AIM, type Field, FORMS, GROUPS } from './fault-forms.ts'
import { count } from './format.ts'

/** The switches of all faults. */
export class Faults {
  readonly #switches: Map<string, FaultSwitch> = new Map()
  readonly #summary = byId('faults-summary', HTMLElement)
  readonly #clear = byId('faults-clear', HTMLButtonElement)

  /** `announce` says what could not be done. */
  constructor(announce: (text: string) => void) {
    const root = byId('faults-forms', HTMLElement)
    for (const [heading, kinds] of GROUPS) {
      const switches = kinds.map((kind) => new FaultSwitch(kind, announce))
      for (const each of switches) this.#switches.set(each.kind, each)
      root.append(
        element('fieldset', {}, element('legend', {}, heading), ...switches.map((each) => each.root))
      )
    }
    this.#clear.addEventListener('click', () => void ask('DELETE', 'faults').then(announce))
  }

  /** Shows which faults are on now. */
  update({ faults }: State): void {
    for (const [kind, each] of this.#switches) each.update(faults.filter(({ fault }) => fault.kind === kind))
    setText(this.#summary, faults.length === 0 ? '' : String(faults.length))
    this.#summary.hidden = faults.length === 0
    this.#clear.disabled = faults.length === 0
  }
}

/** One kind of fault: its switch, its numbers, and how often it has struck. */
class FaultSwitch {
  readonly kind: FaultKind
  readonly root: HTMLElement
  readonly #announce: (text: string) => void
  readonly #toggle: HTMLInputElement
  readonly #counts = element('span', { class: 'counts' })
  readonly #inputs: ReadonlyMap<Field, HTMLInputElement>
  #rows: readonly FaultRow[] = []

  constructor(kind: FaultKind, announce: (text: string) => void) {
    const { title, text, fields } = FORMS[kind]
    this.kind = kind
    this.#announce = announce
    this.#toggle = element('input', { type: 'checkbox', role: 'switch', id: `fault-${kind}` })
    this.#toggle.addEventListener('change', () => void this.#change())
    this.#inputs = new Map([...fields, ...AIM].map((field) => [field, this.#input(field)]))
    const labelled = (wanted: readonly Field[]): HTMLElement[] =>
      [...this.#inputs]
        .filter(([field]) => wanted.includes(field))
        .map(([{ label, type }, input]) =>
          element('label', { class: 'field' }, type === 'percent' ? `${label}, %` : label, input)
        )
    const more = element(
      'details',
      { class: 'aim' },
      element('summary', { 'aria-label': `Numbers of: ${title}` }, 'Numbers'),
      element('div', { class: 'fields' }, ...labelled(fields), ...labelled(AIM))
    )
    this.root = element(
      'div',
      { class: 'fault' },
      element(
        'label',
        { class: 'switch', for: this.#toggle.id },
        this.#toggle,
        element('span', {}, element('b', {}, title), element('span', { class: 'sub' }, text))
      ),
      this.#counts,
      more
    )
  }

  update(rows: readonly FaultRow[]): void {
    this.#rows = rows
    this.#toggle.checked = rows.length > 0
    this.root.classList.toggle('is-on', rows.length > 0)
    const seen = rows.reduce((sum, row) => sum + row.seen, 0)
    const fired = rows.reduce((sum, row) => sum + row.fired, 0)
    setText(this.#counts, rows.length === 0 ? '' : `struck ${count(fired)} of ${count(seen)}`)
  }

  #input(field: Field): HTMLInputElement {
    const { type, value, min, max } = field
    const isText = type === 'text'
    const input = element('input', {
      type: isText ? 'text' : 'number',
      value: value ?? '',
      placeholder: isText ? 'any' : undefined,
      min: type === 'percent' ? 0 : min,
      max: type === 'percent' ? 100 : max,
      step: type === 'percent' ? 'any' : undefined
    })
    // Other numbers of a fault that is on take effect at once.
    input.addEventListener('change', () => {
      if (this.#toggle.checked) void this.#change()
    })
    return input
  }

  async #change(): Promise<void> {
    const isWanted = this.#toggle.checked
    const old = this.#rows
    // The new one first: if its numbers are refused, the old one stays.
    const refused = isWanted ? await ask('POST', 'faults', this.#fault()) : ''
    if (refused === '') for (const { id } of old) await ask('DELETE', `faults?id=${id}`)
    else this.#toggle.checked = old.length > 0
    this.#announce(refused || `${FORMS[this.kind].title}: ${isWanted ? 'on' : 'off'}.`)
  }

  #fault(): Readonly<Record<string, unknown>> {
    const fault: Record<string, unknown> = { kind: this.kind }
    for (const [{ name, type, value }, input] of this.#inputs) {
      const given = input.value.trim() || value
      if (given === undefined) continue
      if (type === 'text') fault[name] = given
      else fault[name] = type === 'percent' ? Number(given) / 100 : Number(given)
    }
    return fault
  }
}

/** Asks the server for something; gives "" or why it was not done. */
async function ask(method: string, path: string, body?: unknown): Promise<string> {
  try {
    const sent = body === undefined ? {} : { body: JSON.stringify(body) }
    const headers = { 'Content-Type': 'application/json' }
    const response = await fetch(path, { method, headers, ...sent })
    if (response.ok) return ''
    const answer: unknown = await response.json()
    const has = typeof answer === 'object' && answer !== null && 'message' in answer
    return has ? String(answer.message) : `The local DIS said ${response.status}.`
  } catch {
    return 'The local DIS does not answer.'
  }
}
