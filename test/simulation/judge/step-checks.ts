/** What must hold between any two steps of a process. */
import type { History } from './history.ts'
import type { Books, JudgedLife } from './life-record.ts'
import { checkMemory, type Fail } from './memory.ts'

/**
 * Calls of ports in one step: what a look at the folder takes, for each request that may start, and for each line that comes, goes or
 * changes its place. A loop without end, or a walk over all lines for each of them, takes more.
 */
const MOST_WORK = { always: 200, perRequest: 4, perLine: 4 } as const
const DEFAULT_CONCURRENCY = 8
/** How long lines may be in the system's memory only: docs/delivery.md says a second; timers and a sync take their time. */
export const UNSYNCED_MS = 1_100
const SAMPLE_MS = 100

export function checkStep(life: JudgedLife, history: History, now: number): void {
  const { record } = life
  if (life.isOver) return
  const books = life.inside.totals()
  const { written, delivered, rejected, dropped, spooled, pending, recovered } = books
  const fail = (kind: string, text: string) => history.violated(kind, now, `${record.name}: ${text}`)
  const sum = delivered + rejected + dropped + spooled + pending
  if (written !== sum || Math.min(delivered, rejected, dropped, spooled, pending) < 0) {
    fail(
      'equation',
      `written ${written} is not ${delivered} + ${rejected} + ${dropped} + ${spooled} + ${pending}`
    )
  }
  if (written !== record.written + recovered) {
    fail(
      'count',
      `it says ${written} written, ${recovered} of them recovered; the application wrote ${record.written}`
    )
  }
  // A notice is in no count, wherever it came from.
  if (delivered !== record.toldStored) {
    fail('delivered', `it says ${delivered} delivered; answers said so of ${record.toldStored}`)
  }
  const { deadLetter } = record.slot.options
  // A full file takes no more.
  const isFull = typeof deadLetter === 'number' && rejected > record.letters
  if (deadLetter !== false && rejected !== record.letters && !isFull) {
    fail('dead letters', `${rejected} rejected, and ${record.letters} letters`)
  }
  checkWork(life, books, fail)
  checkMemory(life, fail, now)
  record.books = books
  record.writtenThen = record.written
  if (record.folder !== undefined) sample(life, books, life.process.monotonic())
}

function checkWork({ record, process }: JudgedLife, books: Books, fail: Fail): void {
  const before = record.books
  const counts = ['written', 'delivered', 'rejected', 'dropped', 'spooled'] as const
  const changes = counts.reduce((sum, count) => sum + Math.abs(books[count] - (before?.[count] ?? 0)), 0)
  const requests = record.slot.options.concurrency?.max ?? DEFAULT_CONCURRENCY
  const most = MOST_WORK.always + MOST_WORK.perRequest * requests + MOST_WORK.perLine * changes
  if (process.work > most) fail('work', `${process.work} calls in one step, ${most} are allowed`)
  process.work = 0
}

function sample({ record, process }: JudgedLife, { pending }: Books, now: number): void {
  const { samples, folder } = record
  // A timer that was set while timers are late is late.
  if (process.jitterMs > 0)
    record.late = { ms: process.jitterMs, until: now + UNSYNCED_MS + process.jitterMs }
  const unsyncedMs = UNSYNCED_MS + (now < record.late.until ? record.late.ms : 0)
  if (folder !== undefined && folder.failedSyncs > record.failedSyncs) {
    record.failedSyncs = folder.failedSyncs
    record.syncFailedAt = now
  }
  if (now - (samples.at(-1)?.at ?? -SAMPLE_MS) < SAMPLE_MS) return
  samples.push({ at: now, written: record.written, pending })
  // It is told, and made up for a second later. Until then a power loss may take more.
  if (now - record.syncFailedAt < unsyncedMs) return
  while (samples.length > 2 && now - (samples[1]?.at ?? now) > unsyncedMs) samples.shift()
}
