/** Small things that many tests of the queue are made of. */
import type {
  AgainCause,
  Counts,
  RecordVerdict,
  Rejection,
  ServiceVerdict,
  Verdict
} from '../../../packages/core/src/delivery/verdict.ts'
import type { Batch } from '../../../packages/core/src/queue/batch.ts'
import { Lane } from '../../../packages/core/src/queue/lane.ts'
import { LineStore } from '../../../packages/core/src/queue/line-store.ts'
import { Queue, type QueueParts } from '../../../packages/core/src/queue/queue.ts'
import type { Routing } from '../../../packages/core/src/record/route.ts'
import { ManualClock } from '../../../packages/core/src/testing.ts'
import { JsonFormat } from '../../../packages/core/src/wire/json.ts'

export const FORMAT: JsonFormat = new JsonFormat('s', undefined)
export const KEYED: Routing = { kind: 'field', paths: ['k'] }
export const SPREAD: Routing = { kind: 'spread' }

type AnsweredVerdict = Extract<Verdict, { kind: 'answered' }>

export const LANE_ROUTES = { routeOf: (key: string) => ({ partitionKey: key }), encode: () => '' }

/** A lane with lines that were written at those times (ms). */
export function laneOf(store: LineStore, key: string, ...writtenAt: readonly number[]): Lane {
  const lane = new Lane(key, LANE_ROUTES, store)
  for (const at of writtenAt) lane.push(store.put(`${key}${at}`, at, 0))
  return lane
}

/** The texts that wait in a lane, in order. */
export function textsIn(lane: Lane, store: LineStore): string[] {
  const texts: string[] = []
  for (let line = lane.head; line >= 0; line = store.next(line)) texts.push(store.view(line).toString())
  return texts
}

export const stored = (partitionId = ''): RecordVerdict => ({ kind: 'stored', partitionId })
export const again = (cause: AgainCause, ...without: readonly number[]): RecordVerdict => ({
  kind: 'again',
  cause,
  without
})
export const rejected = (cause?: AgainCause): RecordVerdict => ({ kind: 'rejected', cause })
export const cut = (cause: 'size' | 'content'): Verdict => ({
  kind: 'cut',
  cause,
  service: { kind: 'accepted', isAuthenticated: true }
})

interface AnswerFacts {
  readonly service?: ServiceVerdict
  readonly isContentRefused?: boolean
  readonly rejections?: readonly Rejection[]
  readonly counts?: Counts
}

/** An answer with a verdict for each record. */
export function answer(records: readonly RecordVerdict[], facts: AnswerFacts = {}): AnsweredVerdict {
  const {
    service = { kind: 'accepted', isAuthenticated: true },
    isContentRefused = false,
    rejections = [],
    counts = { retried: 0, throttled: 0, ambiguous: 0 }
  } = facts
  return { kind: 'answered', service, records, rejections, counts, isContentRefused }
}

interface Options {
  readonly routing?: Routing
  readonly buffer?: Partial<QueueParts['buffer']>
  readonly batch?: Partial<QueueParts['batch']>
  readonly random?: number
}

/** A queue at 0 ms whose lines are texts. What is settled is released, as a settlement does. */
export class TestQueue {
  readonly clock: ManualClock
  readonly store: LineStore
  readonly queue: Queue

  constructor({ routing = KEYED, buffer, batch, random = 1 }: Options = {}) {
    this.clock = new ManualClock(0, () => random)
    this.store = new LineStore(1_048_576)
    this.queue = new Queue({
      clock: this.clock,
      store: this.store,
      routing,
      format: FORMAT,
      buffer: { maxBytes: 1_048_576, onFull: 'block', ...buffer },
      batch: { maxRecords: 10, maxBytes: 100_000, lingerMs: 0, aggregateBytes: 0, ordered: false, ...batch },
      backoff: { baseMs: 100, maxMs: 10_000 }
    })
  }

  put(key: string, ...texts: readonly string[]): void {
    for (const text of texts) this.queue.put(key, this.store.put(text, this.clock.monotonic(), 0))
  }

  /** The batch that is due. @throws Error if there is none */
  take(): Batch {
    const batch = this.queue.take(this.clock.monotonic())
    if (batch === undefined) throw new Error('no batch is due')
    return batch
  }

  /** Whether a batch is due. */
  get isDue(): boolean {
    return this.queue.nextDueAt(this.clock.monotonic()) <= this.clock.monotonic()
  }

  /** The records of a batch, as texts; lines of one record are joined by a comma. */
  texts(batch: Batch): string[] {
    return Array.from({ length: batch.records }, (_, record) =>
      Array.from({ length: batch.end(record) - batch.begin(record) }, (_, index) =>
        this.text(batch.line(batch.begin(record) + index))
      ).join()
    )
  }

  text(line: number): string {
    return this.store.view(line).toString()
  }

  /** Takes what is due, as texts. */
  takeTexts(): string[] {
    return this.texts(this.take())
  }

  /** Answers a batch, one verdict for all records or one for each, and releases what is settled. */
  answer(batch: Batch, verdicts: RecordVerdict | readonly RecordVerdict[]): void {
    const list: readonly RecordVerdict[] = 'kind' in verdicts ? batchOf(batch, verdicts) : verdicts
    this.apply(batch, answer(list))
  }

  apply(batch: Batch, verdict: Verdict): void {
    this.queue.answered(batch, verdict, this.clock.monotonic())
    if (verdict.kind === 'cut') return
    for (const { record, line } of batch.entries()) {
      const what = verdict.records[record]
      if (what?.kind !== 'again' || what.without.includes(line)) this.store.release(line)
    }
  }

  /** Moves on to `at` ms. */
  async at(at: number): Promise<void> {
    await this.clock.advance(at - this.clock.monotonic())
  }
}

function batchOf({ records }: Batch, verdict: RecordVerdict): RecordVerdict[] {
  return Array.from({ length: records }, () => verdict)
}
