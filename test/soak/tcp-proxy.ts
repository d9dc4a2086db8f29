/**
 * The network between an application and the service: it slices, delays, stops and breaks connections.
 *
 * An own one, because a kept one (toxiproxy) is a binary of another ecosystem that would have to be fetched, and the few that npm
 * has are HTTP proxies: they read whole messages, so they cannot cut one in the middle or leave a connection half-open.
 *
 * Bounded by: one chunk for each direction of a connection. It reads no further before that is handed on.
 */
import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'

/** How connections fare, until it is changed. */
export interface Weather {
  /** Wait before each piece, in each direction. */
  readonly delayMs?: number
  /** Pieces of so many bytes, each in a packet of its own. */
  readonly sliceBytes?: number
  /** Connections of now and those that are made go silent: nothing comes through any more, in one direction or both, and nobody is told. */
  readonly silences?: 'up' | 'down' | 'both'
  /** Each connection breaks after so many bytes of answers: a reset, mostly in the middle of one. */
  readonly resetAfterBytes?: number
}

/** A chunk makes at most so many pieces, or a large request would take minutes. */
const MOST_PIECES = 50
const NO_WEATHER: Weather = {}
/** Longer than the beginning of an answer, in which its status stands. */
const TAIL_LENGTH = 16

interface Connection {
  readonly client: Socket
  readonly server: Socket
  readonly silent: Set<'up' | 'down'>
  downBytes: number
  tail: string
}

export class TcpProxy {
  readonly #server: Server
  readonly #target: () => number
  readonly #onStatus: (status: number) => void
  readonly #connections = new Set<Connection>()
  #weather = NO_WEATHER
  #port = 0

  /** Starts one on a free port. `target`: the port of the service; it may change. `onStatus` hears the status of each answer. */
  static async start(target: () => number, onStatus: (status: number) => void): Promise<TcpProxy> {
    const proxy = new TcpProxy(target, onStatus)
    await proxy.accept()
    return proxy
  }

  private constructor(target: () => number, onStatus: (status: number) => void) {
    this.#target = target
    this.#onStatus = onStatus
    // Half-open, so that the end of one direction is handed on like everything else.
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => this.#connected(client))
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  get connections(): number {
    return this.#connections.size
  }

  change(weather: Weather): void {
    this.#weather = weather
    for (const connection of this.#connections) silence(connection, weather)
  }

  /** Fair again. Connections that went silent stay so: whoever waits for them must notice. */
  clear(): void {
    this.#weather = NO_WEATHER
  }

  /** Breaks every connection of now. */
  reset(): void {
    for (const connection of this.#connections) breakOff(connection)
  }

  /** Listens again after {@link refuse}, on the same port. */
  async accept(): Promise<void> {
    this.#server.listen(this.#port, '127.0.0.1')
    await once(this.#server, 'listening')
    const address = this.#server.address()
    if (typeof address === 'object' && address !== null) this.#port = address.port
  }

  /** Breaks all connections, and takes no new ones. */
  async refuse(): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.reset()
    await closed
  }

  #connected(client: Socket): void {
    const server = connect({ port: this.#target(), host: '127.0.0.1', allowHalfOpen: true, noDelay: true })
    const connection: Connection = { client, server, silent: new Set(), downBytes: 0, tail: '' }
    silence(connection, this.#weather)
    this.#connections.add(connection)
    const over = () => {
      this.#connections.delete(connection)
      client.destroy()
      server.destroy()
    }
    for (const socket of [client, server]) {
      socket.on('error', () => {})
      socket.on('close', over)
    }
    void this.#pump(connection, 'up', client, server).catch(over)
    void this.#pump(connection, 'down', server, client).catch(over)
  }

  async #pump(connection: Connection, way: 'up' | 'down', from: Socket, to: Socket): Promise<void> {
    for await (const chunk of from.iterator({ destroyOnReturn: false })) {
      for (const piece of this.#pieces(chunk)) {
        if (this.#weather.delayMs !== undefined) await sleep(this.#weather.delayMs)
        if (connection.silent.has(way)) {
          // Read no further, and keep both sides open. The end of either ends this.
          await once(from, 'close')
          return
        }
        if (way === 'down' && !this.#answered(connection, piece)) return
        if (!to.write(piece)) await Promise.race([once(to, 'drain'), once(to, 'close')])
      }
    }
    to.end()
  }

  /** False if the connection broke. */
  #answered(connection: Connection, piece: Buffer): boolean {
    const text = connection.tail + piece.toString('latin1')
    // The status comes before the body, so a body that looks like an answer is told as one at worst; the local DIS sends none.
    for (const [, status] of text.matchAll(/HTTP\/1\.1 (\d{3}) /g)) this.#onStatus(Number(status))
    const last = text.lastIndexOf('HTTP/1.1 ')
    connection.tail =
      last >= 0 && /^HTTP\/1\.1 \d{3} /.test(text.slice(last))
        ? text.slice(last + 13).slice(-TAIL_LENGTH)
        : text.slice(-TAIL_LENGTH)
    const { resetAfterBytes } = this.#weather
    connection.downBytes += piece.length
    if (resetAfterBytes === undefined || connection.downBytes < resetAfterBytes) return true
    connection.client.write(piece.subarray(0, piece.length >> 1), () => breakOff(connection))
    return false
  }

  *#pieces(chunk: Buffer): Generator<Buffer> {
    const { sliceBytes } = this.#weather
    const size =
      sliceBytes === undefined ? chunk.length : Math.max(sliceBytes, Math.ceil(chunk.length / MOST_PIECES))
    for (let at = 0; at < chunk.length; at += size) yield chunk.subarray(at, at + size)
  }
}

function silence({ silent }: Connection, { silences }: Weather): void {
  if (silences === 'up' || silences === 'both') silent.add('up')
  if (silences === 'down' || silences === 'both') silent.add('down')
}

/** A reset. Node sends an end before it, and which of the two a client sees first is up to the kernel: both happen in networks. */
function breakOff({ client, server }: Connection): void {
  client.resetAndDestroy()
  server.destroy()
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
