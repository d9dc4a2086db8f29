/** The application of a slot: it writes lines in bursts, and starts its process again when that has ended. */

import { LANE_OVERHEAD_BYTES } from '../../../packages/core/src/queue/lane.ts'
import { LINE_OVERHEAD_BYTES } from '../../../packages/core/src/queue/line-store.ts'
import type { History, Line } from '../judge/history.ts'
import type { Random } from '../kernel/random.ts'
import type { Timeline } from '../kernel/timeline.ts'
import type { SlotPlan } from '../plan.ts'
import type { Life } from './life.ts'

export interface WriterParts {
  readonly timeline: Timeline
  readonly history: History
  readonly random: Random
}

/** Text that lines are filled with: two and three bytes a character too. */
const FILL = 'abcdefghijklmnopqrstuvwxyz äöü 日志 0123456789 '

/** Lines with this key make the application's function for keys fail. */
const BAD_KEY = 'k3'

/** The function of the application that finds the key of a line. */
export function keyOfLine(line: string): string | undefined {
  const key = /^\{(?:"dis_id":"[^"]*",)?"k":"([^"]*)"/.exec(line)?.[1]
  if (key === BAD_KEY) throw new Error('the function for keys fails')
  return key
}

export class Writer {
  readonly plan: SlotPlan
  readonly #parts: WriterParts
  left: number
  /** It was told to wait, and there was no `drain` yet. */
  isWaiting = false
  #unique = 0

  constructor(plan: SlotPlan, parts: WriterParts) {
    this.plan = plan
    this.#parts = parts
    this.left = plan.writer.lines
  }

  /** Writes in a life of the process, until all lines are written or that ends. */
  begin(life: Life): void {
    this.isWaiting = false
    const { pauseMs } = this.plan.writer
    const again = () => {
      this.#burst(life)
      if (this.isWaiting) {
        life.drained = () => {
          if (!this.isWaiting) return
          this.isWaiting = false
          this.#parts.timeline.after(1, again, life.process)
        }
      } else if (this.left > 0 && !life.isOver) {
        this.#parts.timeline.after(pauseMs * (0.5 + this.#parts.random.next()), again, life.process)
      }
    }
    if (this.left > 0) this.#parts.timeline.after(this.#parts.random.next() * pauseMs, again, life.process)
  }

  /** One line, whatever was told before. False: it is to wait. */
  write(life: Life, bytes: number = this.plan.writer.bytes): boolean {
    const { history, random } = this.#parts
    const line = this.#enter(life, bytes)
    const hasRoom = life.producer.write(random.chance(0.2) ? Buffer.from(line.text) : line.text)
    line.isInterrupted = history.lines.length > line.n + 1
    return hasRoom
  }

  /** Some lines as one text. False: it is to wait. */
  #writeTogether(life: Life, count: number): boolean {
    const { history, random } = this.#parts
    const lines = Array.from({ length: count }, () => this.#enter(life, this.plan.writer.bytes))
    const text = lines.map((line) => `${line.text}\n`).join('')
    // All of it is taken, however full the buffer is, and each line may have a lane of its own, with its key.
    const most = LINE_OVERHEAD_BYTES + LANE_OVERHEAD_BYTES
    const bytes = lines.reduce((sum, line) => sum + line.text.length * 6 + most, 0)
    life.record.largest = Math.max(life.record.largest, bytes)
    const entered = history.lines.length
    const hasRoom = life.producer.writeLines(random.chance(0.2) ? text.slice(0, -1) : text)
    for (const line of lines) line.isInterrupted = history.lines.length > entered
    return hasRoom
  }

  /** A line in the history, as one that is about to be written. */
  #enter(life: Life, bytes: number): Line {
    const { history, timeline } = this.#parts
    const { options } = this.plan
    const key = this.#key()
    const pad = this.#pad(bytes)
    const routeKey = options.partitionKey === null ? '' : (this.#routedBy(key) ?? life.process.machine.name)
    // A list of paths finds the key here or there.
    const isInside = Array.isArray(options.partitionKey) && this.#parts.random.chance(0.5)
    const member = isInside ? `"x":{"id":"${key}"}` : `"k":"${key}"`
    const between = this.#between()
    const line = history.write(life.record, routeKey, options.streamName, timeline.now, (n) =>
      key === undefined ? `{"n":${n},${between}"p":"${pad}"}` : `{${member},${between}"n":${n},"p":"${pad}"}`
    )
    life.record.written++
    life.record.largest = Math.max(life.record.largest, line.text.length * 3)
    life.record.longestKey = Math.max(life.record.longestKey, routeKey.length)
    life.isTouched = true
    if (life.isClosing) life.record.writtenLate++
    return line
  }

  #burst(life: Life): void {
    const { burst, waits, together = false } = this.plan.writer
    const { history, timeline } = this.#parts
    const first = history.lines.length
    let isFull = false
    if (together && this.left > 0 && !life.isOver && !life.isClosing) {
      const count = Math.min(burst, this.left)
      this.left -= count
      isFull = !this.#writeTogether(life, count) && waits
    }
    for (
      let count = 0;
      !together && count < burst && this.left > 0 && !life.isOver && !isFull && !life.isClosing;
      count++
    ) {
      this.left--
      if (!this.write(life) && waits) isFull = true
    }
    const written = history.lines.length - first
    if (written > 0) {
      history.note(
        timeline.now,
        life.record.name,
        `writes ${written} lines from ${first}${isFull ? ', and is to wait' : ''}`
      )
    }
    this.isWaiting = isFull && !life.isClosing
  }

  /** A newline and a backslash inside of some lines, where they are to come as they were written. Not where it stands for their ends. */
  #between(): string {
    const { options, writer } = this.plan
    if (options.newlines !== 'escape' || writer.together === true) return ''
    return this.#parts.random.chance(0.5) ? '\n  "s":"\\\\n",\n' : ''
  }

  /** The key that a line is routed by. */
  #routedBy(key: string | undefined): string | undefined {
    return this.plan.options.partitionKey === 'a function' && key === BAD_KEY ? undefined : key
  }

  #key(): string | undefined {
    const { random } = this.#parts
    const { keys } = this.plan.writer
    switch (keys) {
      case 'one':
        return 'k'
      case 'few':
        return `k${random.int(0, 4)}`
      case 'many':
        return `k${random.int(0, 200)}`
      case 'unique':
        return `${this.plan.name}-${this.#unique++}`
      case 'hot':
        return random.chance(0.9) ? 'hot' : `k${random.int(0, 20)}`
      case 'none':
        return undefined
      default: {
        const never: never = keys
        return never
      }
    }
  }

  #pad(bytes: number): string {
    const { random } = this.#parts
    const length = Math.max(0, Math.round(bytes * random.between(0.5, 1.5)) - 30)
    const from = random.int(0, FILL.length - 1)
    return FILL.slice(from)
      .concat(FILL.repeat(Math.ceil(length / FILL.length)))
      .slice(0, length)
  }
}
