/**
 * The producer's thread. thread-stream loads this module, writes the text of {@link Feed} into the sink, and ends it.
 *
 * Bounded by: the producer's own buffer. At the bound: the sink says so, and thread-stream leaves the rest in its ring until
 * there is room, or until the end has begun.
 */
import { EventEmitter } from 'node:events'
import { parentPort } from 'node:worker_threads'
import { LONGEST_TIMER_MS } from '../clock.ts'
import { forwardEvents } from '../forward-events.ts'
import { assembleProducer, type Producer } from '../producer.ts'
import { offerChannels } from './channel-relay.ts'
import { FrameReader } from './frames.ts'
import { type Command, hasReached, type Replies, type ThreadOptions } from './messages.ts'

/** Time between two messages with counters. Unchanged counters are not sent. */
const STATS_INTERVAL_MS = 200

type Task = Command & { readonly kind: 'flush' | 'close' }

interface WaitingTask {
  readonly task: Task
  readonly start: () => void
}

export default function start({ options, producerId, taken }: ThreadOptions): LineSink {
  const producer = assembleProducer(options, { producerId })
  forwardEvents(producer, (name, event) => send('dis:event', name, event))
  reportStats(producer)
  const sink = new LineSink(producer, new Int32Array(taken), offerChannels())
  parentPort?.on('message', (command: Command) => {
    if (command?.code === 'DIS') sink.carryOut(command)
  })
  return sink
}

/** As much of a Writable as thread-stream uses. A Writable would take 16 KiB or more into a buffer of its own. */
class LineSink extends EventEmitter {
  readonly #producer: Producer
  readonly #taken: Int32Array
  /** Passes on what was published. */
  readonly #publish: (isEnd: boolean) => void
  readonly #frames = new FrameReader({
    line: (line) => this.#took(1, this.#producer.write(line)),
    run: (text, lines) => this.#took(lines, this.#producer.writeLines(text))
  })
  /** Lines of the text that is being taken. */
  #lines = 0
  #hasRoom = true
  #waiting: WaitingTask[] = []
  #isFull = false
  #isEnding = false
  /** The time to close was over before all lines were taken: no more of them are. */
  #isShut = false
  #lastCloseMs: number | undefined

  constructor(producer: Producer, taken: Int32Array, publish: (isEnd: boolean) => void) {
    super()
    this.#producer = producer
    this.#taken = taken
    this.#publish = publish
    producer.on('drain', () => this.#resume())
  }

  /** False: `drain` follows. */
  write(text: string): boolean {
    if (this.#isShut) return false
    this.#lines = 0
    this.#hasRoom = true
    this.#frames.push(text)
    Atomics.add(this.#taken, 0, this.#lines)
    this.#startDue()
    this.#isFull = !this.#hasRoom && !this.#isEnding
    return !this.#isFull
  }

  end(): void {
    void this.#producer.close({ timeoutMs: this.#lastCloseMs }).then(() => {
      this.#publish(true)
      this.emit('close')
    })
  }

  carryOut(command: Command): void {
    if (command.kind === 'ending') {
      this.#isEnding = true
      this.#lastCloseMs = command.timeoutMs
      this.#resume()
      return
    }
    this.#enqueue(command)
    this.#startDue()
  }

  #took(lines: number, hasRoom: boolean): void {
    this.#lines += lines
    this.#hasRoom = hasRoom
  }

  #resume(): void {
    if (!this.#isFull) return
    this.#isFull = false
    this.emit('drain')
  }

  /** The time of a task runs from here on, also while lines before it are still on their way. */
  #enqueue(task: Task): void {
    const { id, kind, timeoutMs } = task
    const since = performance.now()
    const timer =
      timeoutMs === undefined
        ? undefined
        : setTimeout(
            () => {
              this.#waiting = this.#waiting.filter((waiting) => waiting.task !== task)
              void this.#giveUp(task)
            },
            Math.min(timeoutMs, LONGEST_TIMER_MS)
          )
    const start = () => {
      clearTimeout(timer)
      const restMs = timeoutMs && Math.max(0, timeoutMs - (performance.now() - since))
      void this.#producer[kind]({ timeoutMs: restMs }).then((report) => {
        this.#publish(kind === 'close')
        send('dis:done', id, report, this.#producer.stats())
      })
    }
    this.#waiting.push({ task, start })
  }

  /** Lines that were not taken are the other thread's again. Those that were are saved here: nobody else has them. */
  async #giveUp({ id, kind }: Task): Promise<void> {
    if (kind === 'close') {
      this.#isShut = true
      await this.#producer.close({ timeoutMs: 0 })
    }
    send('dis:done', id, undefined, this.#producer.stats())
  }

  #startDue(): void {
    if (this.#waiting.length === 0) return
    const taken = Atomics.load(this.#taken, 0)
    const due = this.#waiting.filter(({ task }) => hasReached(taken, task.after))
    this.#waiting = this.#waiting.filter((waiting) => !due.includes(waiting))
    for (const { start } of due) start()
  }
}

function reportStats(producer: Producer): void {
  let sent = ''
  const timer = setInterval(() => {
    const stats = producer.stats()
    const current = JSON.stringify(stats)
    if (current !== sent) send('dis:stats', stats)
    sent = current
  }, STATS_INTERVAL_MS)
  timer.unref()
}

function send<Name extends keyof Replies>(name: Name, ...args: Replies[Name]): void {
  parentPort?.postMessage({ code: 'EVENT', name, args })
}
