import type { Hello, Lines, Missed, Requests, State } from '../src/viewer/wire.ts'

/** What comes from the server, by the name of its event. */
export interface ServerEvents {
  readonly hello: Hello
  readonly lines: Lines
  readonly missed: Missed
  readonly requests: Requests
  readonly state: State
}

export type Listeners = { readonly [Name in keyof ServerEvents]: (data: ServerEvents[Name]) => void }

/** How the connection is. */
export type Condition = { readonly kind: 'open' | 'lost' | 'refused' | 'unsupported'; readonly text: string }

const RETRY_MS = 2_000

/** Listens to the server for as long as the page is there, and comes again after every end. */
export function connect(listeners: Listeners, tell: (condition: Condition) => void): void {
  if (typeof EventSource === 'undefined') {
    tell({
      kind: 'unsupported',
      text: 'This browser has no server-sent events (EventSource), so nothing can arrive here. Open this address in a current Firefox, Chrome, Edge or Safari, or read the stream with: dis-logs tail.'
    })
    return
  }
  const source = new EventSource('events')
  source.addEventListener('open', () => tell({ kind: 'open', text: 'Live' }))
  const on = <Name extends keyof ServerEvents>(name: Name): void => {
    source.addEventListener(name, (event: MessageEvent<string>) => listeners[name](JSON.parse(event.data)))
  }
  on('hello')
  on('lines')
  on('missed')
  on('requests')
  on('state')
  source.addEventListener('error', () => {
    if (source.readyState !== EventSource.CLOSED) {
      tell({ kind: 'lost', text: 'Disconnected. Does the local DIS still run? Trying again…' })
      return
    }
    // The server said no. A browser does not tell why, and does not come again by itself.
    void reason().then((text) => tell({ kind: 'refused', text }))
    setTimeout(() => connect(listeners, tell), RETRY_MS)
  })
}

async function reason(): Promise<string> {
  const asked = new AbortController()
  try {
    const response = await fetch('events', { signal: asked.signal })
    const text = response.ok ? 'Connecting again…' : `${response.status}: ${await response.text()}`
    return text.slice(0, 400)
  } catch {
    return 'Disconnected. Does the local DIS still run? Trying again…'
  } finally {
    asked.abort()
  }
}
