/** What must hold between any two steps of a process. */
import type { Life } from '../world/life.ts'
import type { History } from './history.ts'
import type { Books } from './life-record.ts'

/** Calls of ports in one step. A write of a burst to a slow disk is a few hundred. */
const MOST_WORK = 20_000
/** How long lines may be in the system's memory only: docs/delivery.md says a second; timers and a sync take their time. */
export const UNSYNCED_MS = 1_100
const SAMPLE_MS = 100
const DEFAULT_BUFFER_BYTES = 67_108_864

export function checkStep(life: Life, history: History, now: number): void {
  const { record, process } = life
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
  if (process.work > MOST_WORK) fail('work', `${process.work} calls in one step`)
  process.work = 0
  checkMemory(life, fail)
  record.books = books
  record.writtenThen = record.written
  if (record.folder !== undefined) sample(life, books, now)
}

function checkMemory({ record, inside }: Life, fail: (kind: string, text: string) => void): void {
  const { buffer, spool } = record.slot.options
  const { waits, burst } = record.slot.writer
  const maxBytes = buffer?.maxBytes ?? DEFAULT_BUFFER_BYTES
  const isWaitedFor = (buffer?.onFull ?? (spool?.mode === 'overflow' ? 'spool' : 'block')) === 'block'
  // A writer who does not wait fills the memory; lines that the disk refused were admitted already.
  const isObedient = waits && !record.isFlooded
  if ((isWaitedFor && !isObedient) || record.folder !== undefined || record.writtenLate > 0) return
  const slack = isWaitedFor ? record.largest * Math.min(burst, 2) : 0
  const { lineBytes } = inside.memory()
  if (lineBytes > maxBytes + slack) {
    fail('memory', `${lineBytes} bytes are held, ${maxBytes} are allowed`)
  }
}

function sample({ record }: Life, { pending }: Books, now: number): void {
  const { samples } = record
  if (now - (samples.at(-1)?.at ?? -SAMPLE_MS) < SAMPLE_MS) return
  samples.push({ at: now, written: record.written, pending })
  while (samples.length > 2 && now - (samples[1]?.at ?? now) > UNSYNCED_MS) samples.shift()
}
