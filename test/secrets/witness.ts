/** Everything that can be seen of a producer and of a client, and the search for pieces of secrets in it. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { vi } from 'vitest'
import { channels } from '../../packages/core/src/index.ts'
import { plainViewOf } from '../../packages/core/src/wire/plain-view.ts'

/** As long as a piece must be to count as found. */
const PIECE = 12

/** A whole secret, or a piece of 12 characters of it, in the text: as it stands there, or behind any escapes. */
export function findSecret(text: string, secret: string): string | undefined {
  // As it stands there first: what undoes escapes is the code under test, too.
  for (let at = 0; at + PIECE <= secret.length; at++) {
    const piece = secret.slice(at, at + PIECE)
    const found = text.indexOf(piece)
    if (found >= 0) return `${piece} in …${text.slice(Math.max(0, found - 60), found + 40)}…`
  }
  const whole = plainViewOf(secret).text
  const length = Math.min(PIECE, whole.length)
  const pieces = new Set<string>()
  for (let at = 0; at + length <= whole.length; at++) pieces.add(whole.slice(at, at + length))
  const plain = plainViewOf(Buffer.from(text).toString('latin1')).text
  for (let at = 0; at + length <= plain.length; at++) {
    const piece = plain.slice(at, at + length)
    if (pieces.has(piece)) return `${piece} in …${plain.slice(Math.max(0, at - 60), at + 40)}…`
  }
  return undefined
}

export class Witness {
  /** Lines, each once: the same object is shown in many ways. */
  readonly #seen = new Set<string>()
  readonly #channels = Object.values(channels)
  readonly #heard = (message: unknown) => this.see(message)

  /** Listens to stdout, stderr, process warnings and diagnostics channels, which they reach no more. */
  start(): void {
    const keep = (text: unknown) => {
      this.#keep(String(text))
      return true
    }
    vi.spyOn(process.stderr, 'write').mockImplementation(keep)
    vi.spyOn(process.stdout, 'write').mockImplementation(keep)
    vi.spyOn(process, 'emitWarning').mockImplementation((...all: unknown[]) => this.see(all))
    for (const channel of this.#channels) channel.subscribe(this.#heard)
  }

  stop(): void {
    for (const channel of this.#channels) channel.unsubscribe(this.#heard)
    vi.restoreAllMocks()
  }

  /** A thing, in every way that somebody can look at it. */
  see(thing: unknown): void {
    this.#keep(inspect(thing, { depth: 20, showHidden: true, getters: true }))
    this.#keep(String(thing))
    try {
      this.#keep(JSON.stringify(thing) ?? '')
    } catch {
      // A circle cannot be printed as JSON by anybody.
    }
    if (thing instanceof Error) {
      this.#keep(thing.stack ?? '')
      if (thing.cause !== undefined) this.see(thing.cause)
    }
  }

  /** All files in a folder, and what is packed in them. */
  seeFiles(path: string): void {
    if (!existsSync(path)) return
    if (statSync(path).isDirectory()) for (const name of readdirSync(path)) this.seeFiles(join(path, name))
    else if (statSync(path).isFile()) this.#keep(readFileSync(path, 'latin1'))
  }

  get text(): string {
    return [...this.#seen].join('\n')
  }

  #keep(text: string): void {
    for (const line of text.split('\n')) this.#seen.add(line.trim())
  }
}

/** What the reader of a compressed quote would see. */
export function unpacked(body: Buffer): string {
  for (const unpack of [gunzipSync, brotliDecompressSync]) {
    try {
      return unpack(body).toString('utf8')
    } catch {
      // It is packed in another way, or not at all.
    }
  }
  return body.toString('utf8')
}
