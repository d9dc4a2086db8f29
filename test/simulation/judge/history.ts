/** What happened in a run, line by line: the judge's only source. Its hashes tell whether two runs were the same, and until when. */
import type { Told } from '../service/answer.ts'
import { asWritten, isThatLine } from './as-written.ts'
import { Chain, type KeptChain } from './chain.ts'
import type { Books, LifeRecord } from './life-record.ts'
import { LineIds } from './line-ids.ts'

/** A line that a process wrote. */
export interface Line {
  readonly n: number
  readonly life: LifeRecord
  readonly key: string
  readonly stream: string
  readonly text: string
  readonly writtenAt: number
  /** Where and when the service stored it; mostly once. */
  readonly seen: Sighting[]
  /** A listener wrote other lines before the write of this one was over: neither is the older one. */
  isInterrupted: boolean
  /** The step in which a process first learned that it is stored, and which one. */
  toldStoredIn: number
  toldTo: LifeRecord | undefined
  /** Failures that count against its attempts, in the memory of the process that was told of the last one. */
  failures: { readonly of: LifeRecord; readonly count: number } | undefined
  /** The last request with it. */
  lastAttempt: Attempt | undefined
}

export interface Sighting {
  readonly at: number
  readonly attempt: Attempt
  readonly stream: string
  readonly incarnation: number
  readonly partition: string
  readonly position: number
}

/** One request on its way. */
export interface Attempt {
  readonly id: number
  readonly life: LifeRecord
  readonly sentAt: number
  /** The step in which it was sent. */
  readonly step: number
  /** What it carries, by record. */
  readonly cargo: readonly Cargo[]
  /** The step in which its process got an answer, or waited for none any more. */
  endedInStep: number | undefined
}

/** What a record holds. */
export interface Cargo {
  readonly lines: readonly Line[]
  /** Lines of the product's own, about dropped ones. */
  readonly notices: number
}

export interface Violation {
  readonly kind: string
  readonly at: number
  readonly text: string
}

export interface Happening {
  /** After how many steps. */
  readonly step: number
  readonly at: number
  readonly who: string
  readonly what: string
}

/** Of a timeline. */
export interface Moment {
  readonly now: number
  readonly steps: number
}

const DEFAULT_ATTEMPTS = 10
/** More of them say nothing new. */
const MOST_VIOLATIONS = 5

export class History {
  readonly lines: Line[] = []
  readonly lives: LifeRecord[] = []
  readonly violations: Violation[] = []
  /** Only if a story is wanted. */
  readonly story: Happening[] | undefined
  #hash = 0x811c9dc5
  readonly #chain = new Chain()
  readonly #ids = new LineIds()
  #steps = 0
  notes = 0
  attempts = 0

  constructor(isTold: boolean) {
    this.story = isTold ? [] : undefined
  }

  /** The same for two runs that did the same at the same times. */
  get hash(): string {
    return (this.#hash >>> 0).toString(16).padStart(8, '0')
  }

  /** The hash by step. */
  get chain(): KeptChain {
    return this.#chain.kept
  }

  note(at: number, who: string, what: string): void {
    this.notes++
    this.story?.push({ step: this.#steps, at, who, what })
    this.#mixNumber(Math.round(at * 1_000))
    this.#mixText(what)
    this.#mixText(who)
  }

  /** A step is over: whose it was, and what its books say. */
  stepped(at: number, who: string, books: Books | undefined): void {
    this.#steps++
    this.#mixNumber(Math.round(at * 1_000))
    this.#mixText(who)
    if (books !== undefined) {
      const { written, delivered, rejected, dropped, spooled } = books
      for (const count of [written, delivered, rejected, dropped, spooled]) this.#mixNumber(count)
    }
    this.#chain.add(this.#hash)
  }

  #mixNumber(value: number): void {
    const hash = Math.imul(this.#hash ^ value, 0x01000193)
    // A product never carries high bits into low ones, and the chain keeps low ones.
    this.#hash = hash ^ (hash >>> 15)
  }

  #mixText(text: string): void {
    let hash = this.#hash
    for (let index = 0; index < text.length; index++) {
      hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
    }
    this.#hash = hash ^ (hash >>> 15)
  }

  violated(kind: string, at: number, text: string): void {
    this.note(at, 'judge', `${kind}: ${text}`)
    if (this.violations.length < MOST_VIOLATIONS) this.violations.push({ kind, at, text })
  }

  write(life: LifeRecord, key: string, stream: string, at: number, textOf: (n: number) => string): Line {
    const n = this.lines.length
    const line: Line = {
      n,
      life,
      key,
      stream,
      text: textOf(n),
      writtenAt: at,
      seen: [],
      isInterrupted: false,
      toldStoredIn: Number.POSITIVE_INFINITY,
      toldTo: undefined,
      failures: undefined,
      lastAttempt: undefined
    }
    this.lines.push(line)
    return line
  }

  /** What a record's data holds. */
  cargoOf(data: string, at: number): Cargo {
    const found: Line[] = []
    let notices = 0
    for (const text of data.split('\n')) {
      const arrived = asWritten(text)
      const n = /"n":(\d+)/.exec(arrived.written)?.[1]
      const line = n === undefined ? undefined : this.lines[Number(n)]
      if (line !== undefined && isThatLine(line, arrived)) {
        found.push(line)
        const wrong = this.#ids.judge(line, arrived.id)
        if (wrong !== undefined) this.violated('wrong id', at, wrong)
      } else if (text.includes('"dis_dropped":')) notices++
      else {
        this.violated('changed', at, `the service got a line that nobody wrote: ${text.slice(0, 120)}`)
      }
    }
    return { lines: found, notices }
  }

  /** An answer reached its process, which is alive. */
  told({ life }: Attempt, { lines }: Cargo, told: Told, { now, steps }: Moment): void {
    if (told === 'again' || told === 'failed') life.turnedBack++
    for (const line of lines) {
      if (told === 'failed') this.#failed(line, life, now)
      if (told !== 'stored') continue
      life.toldStored++
      if (line.toldTo === undefined) {
        line.toldTo = life
        line.toldStoredIn = steps
      }
    }
  }

  /** A line that has used up its attempts is rejected, and never sent again. They are counted in memory: another process begins anew. */
  #failed(line: Line, life: LifeRecord, now: number): void {
    const most = life.slot.options.retry?.maxAttempts ?? DEFAULT_ATTEMPTS
    const count = (line.failures?.of === life ? line.failures.count : 0) + 1
    line.failures = { of: life, count }
    if (count <= most) return
    this.violated(
      'attempts',
      now,
      `line ${line.n} failed ${count} times for ${life.name}; ${most} are allowed`
    )
  }
}
