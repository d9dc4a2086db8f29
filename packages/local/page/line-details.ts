import { byId, element } from './elements.ts'
import { parse } from './exact-json.ts'
import { bytes, isoTime } from './format.ts'
import { jsonView } from './json-view.ts'
import type { Line } from './line.ts'

/** The drawer that shows one line whole, with the record that it came in. */
export class LineDetails {
  readonly #root = byId('details', HTMLElement)
  readonly #facts = byId('details-facts', HTMLElement)
  readonly #text = byId('details-text', HTMLElement)
  readonly #whole = byId('details-whole', HTMLButtonElement)
  readonly #copy = byId('details-copy', HTMLButtonElement)
  readonly #announce: (text: string) => void
  readonly #back: () => void
  #shown = ''
  #line: Line | undefined

  /** `back` is called when it is closed, to put the focus where it was. */
  constructor(announce: (text: string) => void, back: () => void) {
    this.#announce = announce
    this.#back = back
    byId('details-close', HTMLButtonElement).addEventListener('click', () => this.close())
    this.#root.addEventListener('keydown', ({ key }) => {
      if (key === 'Escape') this.close()
    })
    this.#copy.addEventListener('click', () => void this.#copyText())
    this.#whole.addEventListener('click', () => void this.#loadWhole())
  }

  /** Shows a line. */
  open(line: Line): void {
    this.#line = line
    const [, stream, partition, sequenceNumber, key, timestampMs, size, lines, cutBytes] = line.record
    const facts: readonly (readonly [string, string])[] = [
      ['Time', isoTime(timestampMs)],
      ['Stream', stream],
      ['Partition', String(partition)],
      ['Sequence number', sequenceNumber],
      ['Partition key', key ?? '(none)'],
      ['Record', bytes(size)],
      ...(lines.length > 1 ? [['Line', `${line.index + 1} of ${lines.length} in the record`] as const] : [])
    ]
    this.#facts.replaceChildren(
      ...facts.map(([name, value]) => element('div', {}, element('dt', {}, name), element('dd', {}, value)))
    )
    this.#whole.hidden = cutBytes === 0
    const isBeginning = line.isBinary && line.text.length < (size * 4) / 3
    this.#show(isBeginning ? `${line.text}…` : line.text, line.isBinary)
    this.#root.hidden = false
  }

  /** Closes the drawer. */
  close(): void {
    if (this.#root.hidden) return
    this.#root.hidden = true
    this.#back()
  }

  #show(text: string, isBinary: boolean): void {
    this.#shown = text
    const value = isBinary ? undefined : parse(text)
    const pretty = typeof value === 'object' && value !== null ? jsonView(value) : undefined
    this.#text.replaceChildren(
      pretty ?? element('pre', {}, isBinary ? `No UTF-8. In Base64:\n\n${text}` : text)
    )
  }

  async #copyText(): Promise<void> {
    try {
      await navigator.clipboard.writeText(this.#shown)
      this.#announce('Copied.')
    } catch {
      this.#announce('The browser does not allow to copy. Mark the text and copy it.')
    }
  }

  async #loadWhole(): Promise<void> {
    const line = this.#line
    if (line === undefined) return
    const [, stream, partition, sequence] = line.record
    const query = new URLSearchParams({ stream, partition: String(partition), sequence })
    const response = await fetch(`record?${query}`).catch(() => undefined)
    const data = response?.ok === true ? new Uint8Array(await response.arrayBuffer()) : undefined
    // Somebody may have chosen another line meanwhile.
    if (this.#line !== line) return
    if (data === undefined) {
      this.#announce('The local DIS has this record no more.')
      return
    }
    this.#whole.hidden = true
    this.#show(line.isBinary ? base64(data) : new TextDecoder().decode(data), line.isBinary)
  }
}

/** In pieces: a function takes only so many arguments. */
function base64(data: Uint8Array): string {
  let text = ''
  for (let at = 0; at < data.length; at += 8_192) {
    text += String.fromCharCode(...data.subarray(at, at + 8_192))
  }
  return btoa(text)
}
