import type { ServerResponse } from 'node:http'

/** Something that happens, as text for the wire, and how much it tells. */
export interface PageEvent {
  readonly text: string
  readonly records: number
  readonly requests: number
}

/** An event of a name, with data that becomes one line of JSON. */
export function eventText(name: string, data: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`
}

/**
 * One page that is open. As long as its connection has not taken what it was given, it is given nothing more: what it misses is
 * counted and told later. So the server holds at most one round of events for it, however slow it is.
 */
export class OpenPage {
  readonly #response: ServerResponse
  #missedRecords = 0
  #missedRequests = 0

  constructor(response: ServerResponse) {
    this.#response = response
  }

  /** Sends a round of events, or counts them as missed. */
  send(events: readonly PageEvent[]): void {
    if (this.#response.writableNeedDrain) {
      for (const { records, requests } of events) {
        this.#missedRecords += records
        this.#missedRequests += requests
      }
      return
    }
    const missed =
      this.#missedRecords + this.#missedRequests === 0
        ? ''
        : eventText('missed', { records: this.#missedRecords, requests: this.#missedRequests })
    this.#missedRecords = 0
    this.#missedRequests = 0
    const text = missed + events.map((event) => event.text).join('')
    if (text !== '') this.#response.write(text)
  }

  /** Ends the connection at once, also of a page that takes nothing. The page comes again, and is asked for its key. */
  end(): void {
    this.#response.destroy()
  }
}
