/**
 * secret → what to look for in an answer: all pieces of it, as it is and as machines write bytes. Pure, but for what is kept of the
 * secrets that were asked for last: one is sent with each request, and each answer is searched for it.
 */
import { type PlainView, plainViewOf } from './plain-view.ts'

/**
 * A piece of a secret of so many characters is found wherever the quote was cut. Shorter ones are not worth a guess: 12 characters
 * of a key with 40 leave more than 160 bits.
 */
const PIECE = 12
/** Shorter ones are no secrets, and their letters stand in every text. IAM's passwords have six characters at least. */
const SHORTEST = 6
/** Of a secret, of its signature, and of others, for a while. */
const KEPT = 16

const GRAM = 4
/** Of each gram. Fewer, and four bytes of an answer would often seem to be of a secret. */
const SLOTS = 64
/** Of a piece in Base64, and of one in hexadecimal or decimal numbers, the part that no place in the secret can avoid. */
const BASE64_STEP = (PIECE * 4) / 3 - PIECE + 1
const NUMBERS_STEP = PIECE * 2 - PIECE + 1
/** What dumps of bytes are written with: Base64; and numbers, which may have spaces between them. */
const IN_BASE64 = /[\w/=-]/
const IN_NUMBERS = /[\da-fx,]/i

type Place = readonly [from: number, to: number]

export class Pieces {
  readonly #secret: Buffer
  readonly #length: number
  /** 1 for what four bytes of a piece may be. */
  readonly #grams: Uint8Array
  readonly #shift: number
  readonly #asSent = new Set<string>()
  #plain: ReadonlySet<string> | undefined
  #plainLength = 0
  #dumps: ReadonlySet<string> | undefined

  constructor(secret: string) {
    this.#secret = Buffer.from(secret)
    this.#length = Math.min(PIECE, this.#secret.length)
    const bits = Math.min(24, Math.ceil(Math.log2(this.#secret.length * SLOTS)))
    this.#grams = new Uint8Array(2 ** bits)
    this.#shift = 32 - bits
    // A form that somebody decoded badly has a space for each `+`.
    for (const spelling of new Set([secret, secret.replaceAll('+', ' ')])) {
      const bytes = Buffer.from(spelling)
      for (let at = 0; at + GRAM <= bytes.length; at++) this.#grams[this.#slotOf(bytes, at)] = 1
      for (const piece of piecesOf(bytes.toString('latin1'), this.#length)) this.#asSent.add(piece)
    }
  }

  /**
   * Whether a piece stands in the bytes just as it was sent. Four bytes of each piece stand at a place that is looked at, so this
   * costs a success next to nothing.
   */
  areIn(bytes: Buffer): boolean {
    const step = this.#length - GRAM + 1
    for (let at = 0; at + GRAM <= bytes.length; at += step) {
      if (this.#grams[this.#slotOf(bytes, at)] !== 1) continue
      for (let from = Math.max(0, at - step + 1); from <= at; from++) {
        if (this.#asSent.has(bytes.toString('latin1', from, from + this.#length))) return true
      }
    }
    return false
  }

  /** Where pieces stand in a plain view. */
  *placesIn(view: PlainView): Generator<Place> {
    const { text } = view
    yield* this.#plainPlaces(text)
    this.#dumps ??= dumpsOf(this.#secret)
    for (let at = 0; at + PIECE <= text.length; at++) {
      if (!this.#dumps.has(text.slice(at, at + PIECE))) continue
      // All of the dump: the rest of the request is in it, too.
      let [from, to] = [at, at + PIECE]
      const isNumbers = [...text.slice(from, to)].every((letter) => IN_NUMBERS.test(letter))
      while (isOneDump(view, from, isNumbers)) from--
      while (isOneDump(view, to, isNumbers)) to++
      yield [from, to]
      at = to - 1
    }
  }

  /** A number for four bytes. */
  #slotOf(bytes: Buffer, at: number): number {
    const gram =
      (bytes[at] ?? 0) |
      ((bytes[at + 1] ?? 0) << 8) |
      ((bytes[at + 2] ?? 0) << 16) |
      ((bytes[at + 3] ?? 0) << 24)
    return Math.imul(gram, 0x9e3779b1) >>> this.#shift
  }

  *#plainPlaces(view: string): Generator<Place> {
    if (this.#plain === undefined) {
      const plain = plainViewOf(this.#secret.toString('latin1')).text
      this.#plainLength = Math.min(PIECE, plain.length)
      this.#plain = new Set(piecesOf(plain, this.#plainLength))
    }
    const pieces = this.#plain
    const length = this.#plainLength
    if (length === 0) return
    for (let at = 0; at + length <= view.length; at++) {
      if (!pieces.has(view.slice(at, at + length))) continue
      let to = at + length
      while (to < view.length && pieces.has(view.slice(to - length + 1, to + 1))) to++
      yield [at, to]
      at = to - 1
    }
  }
}

/** Whether a dump goes on from the character in front of that place to the one behind it. */
function isOneDump({ text, starts, ends }: PlainView, at: number, isNumbers: boolean): boolean {
  if (at === 0 || at === text.length) return false
  const part = isNumbers ? IN_NUMBERS : IN_BASE64
  const isJoined = isNumbers || ends[at - 1] === starts[at]
  return isJoined && part.test(text.charAt(at - 1)) && part.test(text.charAt(at))
}

const kept = new Map<string, Pieces>()

/** The pieces of those that are long enough to be secrets. */
export function piecesOfAll(secrets: readonly string[]): Pieces[] {
  return secrets.filter((secret) => secret.length >= SHORTEST).map(keptPieces)
}

function keptPieces(secret: string): Pieces {
  const pieces = kept.get(secret) ?? new Pieces(secret)
  // Behind all others, as the one that was asked for last.
  kept.delete(secret)
  kept.set(secret, pieces)
  for (const oldest of kept.keys()) {
    if (kept.size <= KEPT) break
    kept.delete(oldest)
  }
  return pieces
}

function* piecesOf(text: string, length: number, step = 1): Generator<string> {
  for (let at = 0; at + length <= text.length; at += step) yield text.slice(at, at + length)
}

/**
 * The secret in a request that was printed in Base64, in hexadecimal or as a list of numbers. Base64 of a text depends on how many
 * bytes are in front of it, modulo three, and its first and last letters on what these are.
 */
function dumpsOf(secret: Buffer): ReadonlySet<string> {
  const dumps = new Set<string>()
  const add = (text: string, step: number) => {
    // As in a plain view.
    for (const piece of piecesOf(text.replaceAll('+', ''), PIECE, step)) dumps.add(piece)
  }
  for (const [before, foreign] of [0, 2, 3].entries()) {
    const encoded = Buffer.concat([Buffer.alloc(before), secret]).toString('base64')
    const own = encoded.slice(foreign).replace(/=+$/, '').slice(0, -1)
    add(own, BASE64_STEP)
    add(own.replaceAll('+', '-').replaceAll('/', '_'), BASE64_STEP)
  }
  const hex = secret.toString('hex')
  add(hex, NUMBERS_STEP)
  add(hex.toUpperCase(), NUMBERS_STEP)
  add(secret.join(','), NUMBERS_STEP)
  return dumps
}
