/**
 * The answer as it nearly always is, every record stored, read without building its objects: 0.1 µs a record where JSON.parse takes
 * 0.3, and nothing for the garbage collector. Anything else, be it only another order of the members, is left to the reader that
 * understands all answers.
 *
 * One entry is read by an expression. The next one is mostly the same text with other digits, so it is compared with that.
 */

/** A record that was stored. One object serves all records of a partition. */
interface Stored {
  readonly kind: 'stored'
  readonly partitionId: string
}

const HEAD = /^\s*\{\s*"failed_record_count"\s*:\s*0\s*,\s*"records"\s*:\s*\[/
const ENTRY =
  /^(\s*\{\s*"partition_id"\s*:\s*"([\w.-]{0,64})"\s*,\s*"sequence_number"\s*:\s*")\d+("\s*(?:,\s*"error_code"\s*:\s*(?:null|"")\s*,\s*"error_message"\s*:\s*(?:null|"")\s*)?\}\s*([,\]]))/
const TAIL = /^\s*\}\s*$/
/** More than any entry takes that a service writes. A longer one, which is mostly white space, is left to the other reader. */
const LONGEST_ENTRY = 512
/** Partitions whose entries are known by their text. */
const KNOWN_HEADS = 32

const ZERO = 0x30
const NINE = 0x39

/** The results of exactly `records` stored records; `undefined` if the body is not such an answer. */
export function readStoredAnswer(body: Buffer, records: number): Stored[] | undefined {
  const head = HEAD.exec(windowAt(body, 0))
  if (head === null) return undefined
  const results: Stored[] = []
  const known = new KnownEntries(body)
  let at = head[0].length
  let separator = ','
  for (let record = 0; record < records; record++) {
    if (separator === ']') return undefined
    const stored = known.read(at)
    if (stored !== undefined) {
      results.push(stored)
      at = known.end
      continue
    }
    const entry = ENTRY.exec(windowAt(body, at))
    if (entry === null) return undefined
    const [all, before = '', partitionId = '', after = '', next = ''] = entry
    results.push(known.learn(before, partitionId, after))
    at += all.length
    separator = next
  }
  return separator === ']' && TAIL.test(windowAt(body, at)) ? results : undefined
}

function windowAt(body: Buffer, at: number): string {
  return body.toString('latin1', at, at + LONGEST_ENTRY)
}

interface KnownHead {
  readonly text: Template
  readonly stored: Stored
}

/** What was in front of the digits of entries that were read, and what was behind those of the last one. */
class KnownEntries {
  readonly #body: Buffer
  readonly #view: DataView
  /** By the four bytes at {@link #keyAt}: neighbours of a stream's many partitions are told apart there. */
  readonly #heads = new Map<number, KnownHead>()
  /** Of the first head, where the last four characters of its partition stand. */
  #keyAt = -1
  #after: Template | undefined
  /** Where the entry ends that was read. */
  end = 0

  constructor(body: Buffer) {
    this.#body = body
    this.#view = viewOf(body)
  }

  learn(before: string, partitionId: string, after: string): Stored {
    if (this.#keyAt < 0) this.#keyAt = before.lastIndexOf(partitionId) + partitionId.length - 4
    this.#after = new Template(after)
    const stored: Stored = { kind: 'stored', partitionId }
    const text = new Template(before)
    if (this.#heads.size < KNOWN_HEADS) this.#heads.set(text.wordAt(this.#keyAt), { text, stored })
    return stored
  }

  /** The entry at `at`, if it is a known one with other digits; {@link end} is set then. */
  read(at: number): Stored | undefined {
    const after = this.#after
    if (after === undefined || at + this.#keyAt + 4 > this.#view.byteLength) return undefined
    const head = this.#heads.get(this.#view.getInt32(at + this.#keyAt))
    if (head?.text.isAt(this.#view, at) !== true) return undefined
    const digits = at + head.text.length
    let end = digits
    while (isDigit(this.#body[end])) end++
    if (end === digits || !after.isAt(this.#view, end)) return undefined
    this.end = end + after.length
    return head.stored
  }
}

/** A text that is compared four bytes at a time: a third of the time that each byte alone takes. */
class Template {
  readonly #view: DataView
  readonly length: number

  constructor(text: string) {
    const bytes = Buffer.from(text, 'latin1')
    this.#view = viewOf(bytes)
    this.length = bytes.length
  }

  /** Four bytes of it as a number; 0 where it has none. */
  wordAt(at: number): number {
    return at >= 0 && at + 4 <= this.length ? this.#view.getInt32(at) : 0
  }

  isAt(view: DataView, at: number): boolean {
    const own = this.#view
    const { length } = this
    if (at + length > view.byteLength) return false
    let next = 0
    for (; next + 4 <= length; next += 4) {
      if (view.getInt32(at + next) !== own.getInt32(next)) return false
    }
    for (; next < length; next++) {
      if (view.getInt8(at + next) !== own.getInt8(next)) return false
    }
    return true
  }
}

function viewOf({ buffer, byteOffset, length }: Buffer): DataView {
  return new DataView(buffer, byteOffset, length)
}

function isDigit(code: number | undefined): boolean {
  return code !== undefined && code >= ZERO && code <= NINE
}
