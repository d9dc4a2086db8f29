/**
 * line → producer, at once: nothing waits in the stream. The gate knows when the writer has to wait.
 *
 * Bounded by: `buffer.maxBytes` of the producer. Above it are at most the text of the write that filled it, and `AHEAD_LENGTH` of a
 * writer who does not wait. What such a writer adds on top is dropped: counted (`buffer-full`), with one warning (`BACKPRESSURE`).
 * At the end: every line is taken.
 */
import type { Producer } from '@dis-logs/core'

/** How the writer of a stream behaves, as far as that is known beforehand. */
export interface Writer {
  /** False: it never waits for `drain`, so nothing is taken above the bound. */
  readonly waits: boolean
  /** Called when the buffer is full, and when there is room again. */
  readonly onFull?: (isFull: boolean) => void
  /** How long it waits for a close that begins now; absent: for as long as that takes. */
  readonly patienceMs?: () => number
}

/** What a writer may add who does not wait, in UTF-16 units: as much as pino's ring holds. */
const AHEAD_LENGTH = 4 * 1_048_576

export class Gate {
  readonly #producer: Producer
  readonly #writer: Writer
  readonly #drained: () => void
  #isFull = false
  /** True from a write that was answered with false until {@link resume}. */
  #hasAsked = false
  /** Callbacks of writes that are held until then, for a writer who waits for these. */
  #held: (() => void)[] = []
  /** True once somebody wrote without waiting. */
  #isIgnored = false
  /** Length of the lines of such a writer since the buffer was full. */
  #ahead = 0
  #hasWarned = false
  /** True while full or not is no matter: see {@link takeAll}. */
  #takesAll = false

  /** `drained` is called when the writer may go on. */
  constructor(producer: Producer, writer: Writer, drained: () => void) {
    this.#producer = producer
    this.#writer = writer
    this.#drained = drained
    producer.on('drain', () => this.#open())
  }

  /** Whether the writer should wait. */
  get hasAsked(): boolean {
    return this.#hasAsked
  }

  take(line: string): void {
    if (this.#isFull && this.#refuses()) {
      this.#drop(line)
      return
    }
    if (this.#isFull && this.#isIgnored) this.#ahead += line.length
    if (this.#producer.write(line) || this.#isFull) return
    this.#isFull = true
    this.#writer.onFull?.(true)
  }

  /** {@link take} for each line of a text; each ends with a newline. */
  takeLines(text: string): void {
    if (this.#isFull || !this.#writer.waits) {
      for (const line of text.split(/\r?\n/)) if (line !== '') this.take(line)
      return
    }
    if (this.#producer.writeLines(text)) return
    this.#isFull = true
    this.#writer.onFull?.(true)
  }

  /** Somebody writes. `write` passes the text on to {@link take}. False: the writer should wait, and `done` does. */
  pass(write: () => void, done: (() => void) | undefined): boolean {
    if (this.#hasAsked) this.#isIgnored = true
    write()
    this.#hasAsked = this.#isFull && this.#writer.waits && !this.#takesAll
    if (done !== undefined) {
      if (this.#hasAsked) this.#held.push(done)
      else process.nextTick(done)
    }
    return !this.#hasAsked
  }

  /**
   * From now on every line is taken, full or not, and a writer who waits is asked to go on. For one that is about to end: what
   * it still has can get its last place only here.
   */
  takeAll(isOn: boolean): void {
    if (this.#takesAll === isOn || this.#isIgnored) return
    this.#takesAll = isOn
    if (isOn) this.resume()
  }

  /** Lets a writer who waits go on. */
  resume(): void {
    if (!this.#hasAsked) return
    this.#hasAsked = false
    const held = this.#held
    this.#held = []
    for (const done of held) done()
    this.#drained()
  }

  #refuses(): boolean {
    return (!this.#takesAll && !this.#writer.waits) || this.#ahead > AHEAD_LENGTH
  }

  #open(): void {
    this.#isFull = false
    this.#ahead = 0
    this.#writer.onFull?.(false)
    this.resume()
  }

  #drop(line: string): void {
    if (line === '') return
    this.#producer.drop(line, 'buffer-full')
    if (this.#hasWarned) return
    this.#hasWarned = true
    this.#producer.warn(
      'BACKPRESSURE',
      'the buffer is full, and more lines come although nothing was asked for: those that do not fit are dropped'
    )
  }
}
