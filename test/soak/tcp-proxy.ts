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
import { AnswerReader } from './answers.ts'

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

interface Connection {
  readonly client: Socket
  readonly server: Socket
  readonly silent: Set<'up' | 'down'>
  readonly answers: AnswerReader
  downBytes: number
}

/** Who hears of what comes through. */
export interface Listener {
  /** The status of each answer. */
  readonly status: (status: number) => void
  /** Records that are stored, by their place, of whose answers the client shows that it has read them. */
  readonly read: (places: readonly string[]) => void
}

export class TcpProxy {
  readonly #server: Server
  readonly #target: () => number
  readonly #listener: Listener
  readonly #connections = new Set<Connection>()
  #weather = NO_WEATHER
  #port = 0

  /** Starts one on a free port. `target`: the port of the service; it may change. */
  static async start(target: () => number, listener: Listener): Promise<TcpProxy> {
    const proxy = new TcpProxy(target, listener)
    await proxy.accept()
    return proxy
  }

  private constructor(target: () => number, listener: Listener) {
    this.#target = target
    this.#listener = listener
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
    const answers = new AnswerReader(this.#listener.status)
    const connection: Connection = { client, server, silent: new Set(), answers, downBytes: 0 }
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
      if (way === 'up') this.#listener.read(connection.answers.requested())
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
    const { resetAfterBytes } = this.#weather
    connection.downBytes += piece.length
    const isCut = resetAfterBytes !== undefined && connection.downBytes >= resetAfterBytes
    const handed = isCut ? piece.subarray(0, piece.length >> 1) : piece
    connection.answers.handed(handed)
    if (isCut) connection.client.write(handed, () => breakOff(connection))
    return !isCut
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
