/**
 * The judge's books: which lines are settled, which arrived, and whether the two agree. It knows nothing of producers: it compares
 * what applications were told with what the service stored.
 *
 * Bounded by: intervals for each writer, the keys of the last lives of each ordered writer, and a hundred examples.
 */
import { groupsOf, type WriterFacts } from './groups.ts'
import { IntervalSet } from './intervals.ts'
import { droppedLinesIn, readLine } from './lines.mjs'
import { givenUpOf, type Life, settledOf } from './losses.ts'
import { Once } from './once.ts'
import { type LineOf, Receipts } from './receipts.ts'

/** Lines of one life are numbered from `life * LIFE` on, so a later line of a writer has the greater number. */
export const LIFE = 10_000_000

/** Keys of older lives are forgotten: nothing of them arrives any more. */
const REMEMBERED_LIVES = 20
const MOST_EXAMPLES = 100
const MOST_OVERTAKEN = 1_000
const MOST_WRONG = 10

/** What became of the lines of a group. */
export interface GroupFigures {
  readonly group: string
  readonly settled: number
  readonly arrived: number
  /** Settled lines that are nowhere: they did not arrive, are no dead letters, and were not told as given up. */
  readonly lost: number
  readonly letters: number
  /** Lines that applications were told were given up. */
  readonly givenUp: number
  readonly doubled: number
  /** Of those, lines of which their producer knew that they were stored. */
  readonly repeated: number
  readonly overtaken: number
  readonly examples: readonly string[]
}

interface Writer extends WriterFacts {
  /** By the first line of each. */
  readonly lives: Map<number, Life>
  readonly arrived: IntervalSet
  readonly accounted: IntervalSet
  readonly letters: IntervalSet
  readonly lastOfKey: Map<string, number>
  /** Lines that came behind a later one of their key: the first thousand, and how many more there were. */
  readonly overtaken: number[]
  moreOvertaken: number
  doubled: number
  repeated: number
}

export class Books {
  readonly receipts = new Receipts()
  readonly once = new Once()
  readonly #writers = new Map<string, Writer>()
  readonly #examples: { readonly writer: string; readonly text: string }[] = []
  /** Lines whose text is not what was written, that came to another stream, that nobody wrote: the first of them, and how many. */
  readonly wrongLines: string[] = []
  altered = 0
  misdirected = 0
  unknown = 0
  /** Lines that the streams say were dropped. */
  droppedInStream = 0
  arrivals = 0

  add(facts: WriterFacts): void {
    if (facts.hasIds) this.once.add(facts.name)
    this.#writers.set(facts.name, {
      ...facts,
      lives: new Map(),
      arrived: new IntervalSet(),
      accounted: new IntervalSet(),
      letters: new IntervalSet(),
      lastOfKey: new Map(),
      overtaken: [],
      moreOvertaken: 0,
      doubled: 0,
      repeated: 0
    })
  }

  /** A life begins. Returns the number of its first line. */
  begin(name: string, life: number): number {
    const writer = this.#writer(name)
    const first = life * LIFE
    writer.lives.set(first, { next: first, givenUp: 0, told: undefined, wasKilled: false })
    const oldest = (life - REMEMBERED_LIVES) * LIFE
    for (const [key, n] of writer.lastOfKey) if (n < oldest) writer.lastOfKey.delete(key)
    return first
  }

  /** Lines of a life are settled up to `next`, and so many lines were given up since its start. */
  settled(name: string, life: number, next: number, givenUp: number): void {
    const account = this.life(name, life)
    account.next = Math.max(account.next, next)
    account.givenUp = Math.max(account.givenUp, givenUp)
  }

  life(name: string, life: number): Life {
    const found = this.#writer(name).lives.get(life * LIFE)
    if (found === undefined) throw new Error(`${name} has no life ${life}`)
    return found
  }

  /** A record, with the lines that it packs, and where the service put it. */
  arrived(stream: string, data: Buffer, place: string): void {
    const lines = data
      .toString()
      .split('\n')
      .flatMap((text) => this.#lineArrived(stream, text) ?? [])
    this.receipts.stored(place, lines)
    this.once.arrived(stream, data, lines)
  }

  /** The line of a dead letter. */
  letter(text: string): void {
    const line = readLine(text)
    const writer = line && this.#writers.get(line.writer)
    if (line === undefined || writer === undefined) return
    writer.letters.add(line.n)
    writer.accounted.add(line.n)
  }

  /** Settled lines of all writers. */
  get settledLines(): number {
    return [...this.#writers.values()].reduce((sum, writer) => sum + settledOf(writer), 0)
  }

  /** What became of the lines, group by group. */
  figures(): GroupFigures[] {
    return [...groupsOf([...this.#writers.values()])].map(([group, writers]) =>
      this.#figuresOf(group, writers)
    )
  }

  #lineArrived(stream: string, text: string): LineOf | undefined {
    const line = readLine(text)
    if (line === undefined) {
      const dropped = droppedLinesIn(text)
      if (dropped === undefined) this.#unknown(text)
      else this.droppedInStream += dropped
      return undefined
    }
    const writer = this.#writers.get(line.writer)
    if (writer === undefined) {
      this.#unknown(text)
      return undefined
    }
    this.arrivals++
    if (!line.isWhole) {
      this.altered++
      this.#wrong(`${writer.name}: line ${line.n} has another text: ${excerpt(text)}`)
    }
    if (line.stream !== stream) {
      this.misdirected++
      this.#wrong(`${writer.name}: line ${line.n} of ${line.stream} came to ${stream}`)
    }
    writer.accounted.add(line.n)
    if (writer.arrived.add(line.n)) this.#first(writer, line.n, line.key)
    else {
      writer.doubled++
      // Those that need no excuse must not hide those that have none.
      if (this.receipts.has({ writer: writer.name, n: line.n })) {
        writer.repeated++
        this.#example(writer, `line ${line.n} came again, and its producer knew that it was stored`)
      } else if (writer.stream === 'calm') this.#example(writer, `line ${line.n} came again`)
    }
    return { writer: writer.name, n: line.n }
  }

  #first(writer: Writer, n: number, key: string): void {
    if (!writer.isOrdered) return
    const last = writer.lastOfKey.get(key) ?? -1
    writer.lastOfKey.set(key, Math.max(last, n))
    if (n > last) return
    if (writer.overtaken.length < MOST_OVERTAKEN) writer.overtaken.push(n)
    else writer.moreOvertaken++
    this.#example(writer, `line ${n} of key ${key} came behind ${last}`)
  }

  #figuresOf(group: string, writers: readonly Writer[]): GroupFigures {
    const sum = (value: (writer: Writer) => number) =>
      writers.reduce((total, writer) => total + value(writer), 0)
    const givenUp = sum(givenUpOf)
    let missing = 0
    const gaps: string[] = []
    for (const { name, lives, accounted } of writers) {
      for (const [first, { next }] of lives) {
        const gap = accounted.missing(first, next)
        missing += gap.count
        if (gap.count > 0)
          gaps.push(`${name}: ${gap.count} lines of life ${first / LIFE} from ${gap.first} on`)
      }
    }
    const names = new Set(writers.map(({ name }) => name))
    return {
      group,
      settled: sum(settledOf),
      arrived: sum(({ arrived }) => arrived.size),
      lost: Math.max(0, missing - givenUp),
      letters: sum(({ letters }) => letters.size),
      givenUp,
      doubled: sum(({ doubled }) => doubled),
      repeated: sum(({ repeated }) => repeated),
      overtaken: sum(overtakenOf),
      examples: [
        ...gaps.slice(0, 5),
        ...this.#examples.filter(({ writer }) => names.has(writer)).map(({ text }) => text)
      ]
    }
  }

  #unknown(text: string): void {
    this.unknown++
    this.#wrong(`of nobody: ${excerpt(text)}`)
  }

  #wrong(text: string): void {
    if (this.wrongLines.length < MOST_WRONG) this.wrongLines.push(text)
  }

  #example(writer: Writer, text: string): void {
    if (this.#examples.length < MOST_EXAMPLES)
      this.#examples.push({ writer: writer.name, text: `${writer.name}: ${text}` })
  }

  #writer(name: string): Writer {
    const writer = this.#writers.get(name)
    if (writer === undefined) throw new Error(`there is no writer ${name}`)
    return writer
  }
}

/** Both ends of a line. */
function excerpt(text: string): string {
  return text.length > 300 ? `${text.slice(0, 180)} (…) ${text.slice(-100)}` : text
}

/** A line that is a dead letter was given up, so later ones may go; it may have been stored all the same. */
function overtakenOf({ overtaken, moreOvertaken, letters }: Writer): number {
  return overtaken.filter((n) => !letters.has(n)).length + moreOvertaken
}
