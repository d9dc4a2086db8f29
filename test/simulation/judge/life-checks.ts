/** What must hold once in the life of a process. */
import type { History } from './history.ts'
import type { JudgedLife } from './life-record.ts'

/** A close may take longer by so much: docs/delivery.md. */
const CLOSE_SLACK_MS = 1_000

/** Only the part of a process that was silent for a minute is taken, or of one whose heartbeat failed. */
export function judgeTaken({ record, process }: JudgedLife, history: History, now: number): void {
  if (!record.mayBeTaken && record.folder?.hadFaults !== true && !process.hasWaited) {
    history.violated('stolen', now, `${record.name} lives, and its part was taken`)
  }
  record.mayBeTaken = true
}

/** After its end a producer holds nothing: each line has its last place. */
export function judgeEnd({ record, inside }: JudgedLife, history: History, now: number): void {
  const { written, delivered, rejected, dropped, spooled, pending } = inside.totals()
  if (pending !== 0 || written !== delivered + rejected + dropped + spooled) {
    history.violated(
      'never settled',
      now,
      `${record.name} is over (${record.end}) and has ${pending} lines left`
    )
  }
}

export function judgeClose(
  { record, process, closeBegan }: JudgedLife,
  limitMs: number,
  history: History,
  now: number
): void {
  const tookMs = process.monotonic() - closeBegan
  if (tookMs <= limitMs + CLOSE_SLACK_MS || process.hasWaited || process.jitterMs > 0) return
  history.violated(
    'late close',
    now,
    `${record.name} took ${Math.round(tookMs)} ms to close; ${limitMs} are allowed`
  )
}
