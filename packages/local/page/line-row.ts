import { element, setText } from './elements.ts'
import { time } from './format.ts'
import { type Line, readLine } from './line.ts'

/** Characters of a row; more do not fit on a screen, and laying them out takes time. */
const MAX_SHOWN = 400

/** One row of the list. It is filled again and again with other lines. */
export class LineRow {
  readonly root: HTMLDivElement
  readonly #time = element('span', { class: 'time' })
  readonly #level = element('span', { class: 'level' })
  readonly #partition = element('span', { class: 'partition' })
  readonly #key = element('span', { class: 'key' })
  readonly #message = element('span', { class: 'message' })
  #line: Line | undefined
  #marks: RegExp | undefined

  constructor(id: string) {
    this.root = element(
      'div',
      { id, class: 'row', role: 'option' },
      this.#time,
      this.#level,
      this.#partition,
      this.#key,
      this.#message
    )
  }

  /** Shows a line at a place among so many. */
  show(line: Line, place: number, total: number, isActive: boolean, marks: RegExp | undefined): void {
    const { root } = this
    root.setAttribute('aria-posinset', String(place + 1))
    root.setAttribute('aria-setsize', String(total))
    root.setAttribute('aria-selected', String(isActive))
    root.dataset['place'] = String(place)
    if (line === this.#line && marks === this.#marks) return
    this.#line = line
    this.#marks = marks
    const { level, message, rest } = readLine(line)
    const [, , partition, , key, timestampMs] = line.record
    setText(this.#time, time(timestampMs))
    setText(this.#level, level ?? '')
    this.#level.dataset['level'] = level ?? ''
    setText(this.#partition, `p${partition}`)
    setText(this.#key, key ?? '')
    this.#key.title = key ?? ''
    this.#key.style.setProperty('--hue', String(hueOf(key ?? '')))
    const shown = message === '' && rest === '' ? (line.isBinary ? '' : ' ') : message
    this.#message.replaceChildren(
      ...(line.isBinary ? [element('em', {}, 'binary  ')] : []),
      ...marked(shown.slice(0, MAX_SHOWN), marks),
      element(
        'span',
        { class: 'rest' },
        ...marked(rest.slice(0, Math.max(0, MAX_SHOWN - shown.length)), marks)
      )
    )
  }
}

/** A text in pieces, with what matches marked. */
export function marked(text: string, marks: RegExp | undefined): (Node | string)[] {
  if (marks === undefined) return [text]
  const pieces: (Node | string)[] = []
  let at = 0
  for (const match of text.matchAll(marks)) {
    pieces.push(text.slice(at, match.index), element('mark', {}, match[0]))
    at = match.index + match[0].length
  }
  pieces.push(text.slice(at))
  return pieces
}

/** A colour for a key: the same one each time. */
export function hueOf(key: string): number {
  let hash = 7
  for (let at = 0; at < key.length && at < 64; at++) hash = (hash * 31 + key.charCodeAt(at)) >>> 0
  return hash % 360
}
