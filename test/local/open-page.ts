import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import type { WireRecord } from '../../packages/local/src/viewer/wire.ts'

type Data = Readonly<Record<string, unknown>>

/** A page, as far as the server sees one: it takes events. */
export class Page {
  readonly response: IncomingMessage
  readonly events: { readonly name: string; readonly data: Data }[] = []
  readonly ended: Promise<unknown>
  #text = ''
  #wake: () => void = () => {}

  private constructor(response: IncomingMessage) {
    this.response = response
    this.ended = new Promise((resolve) => response.once('close', resolve))
    response.setEncoding('utf8')
    response.on('data', (text: string) => this.#take(text))
    response.on('error', () => {})
  }

  /** Opens the events of a server. */
  static async open(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Page> {
    const request = get(`${url}/viewer/events`, { headers, agent: false })
    const [response] = await once(request, 'response')
    if (response.statusCode !== 200) throw new Error(`status ${response.statusCode}`)
    return new Page(response)
  }

  /** The first event of a name that fits and that was not given before; waits for it. */
  async next(name: string, fits: (data: Data) => boolean = () => true): Promise<Data> {
    for (;;) {
      const at = this.events.findIndex((event) => event.name === name && fits(event.data))
      const [found] = at < 0 ? [] : this.events.splice(at, 1)
      if (found !== undefined) return found.data
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  /** Records of all events until there are so many. */
  async records(most: number): Promise<WireRecord[]> {
    const found: WireRecord[] = []
    while (found.length < most) {
      const { records } = await this.next('lines')
      found.push(...(records as WireRecord[]))
    }
    return found
  }

  close(): void {
    this.response.destroy()
  }

  #take(text: string): void {
    const parts = (this.#text + text).split('\n\n')
    this.#text = parts.pop() ?? ''
    for (const part of parts) {
      const [, name = '', data = ''] = /^event: (\w+)\ndata: (.*)$/.exec(part) ?? []
      this.events.push({ name, data: JSON.parse(data) })
    }
    this.#wake()
  }
}
