/**
 * What a producer holds in memory, against `buffer.maxBytes`. The figures that follow are those of docs/delivery.md and of the queue's own
 * bounds; this file imports none of them, so that a wrong bound there is found here.
 */
import type { JudgedLife, LifeRecord } from './life-record.ts'

export type Fail = (kind: string, text: string) => void
type Memory = ReturnType<JudgedLife['inside']['memory']>

const DEFAULT_BUFFER_BYTES = 67_108_864
/** A line costs so much besides its bytes, and a lane besides three copies of its key. */
const LINE_BYTES = 52
const LANE_BYTES = 340
/** A notice of dropped lines comes every so often at most; with its entry and a lane it takes so much. */
const NOTICE_MS = 30_000
const NOTICE_BYTES = 512 + LINE_BYTES + LANE_BYTES
/** Bodies in flight take a quarter; lanes without a line a sixteenth. */
const BODY_PART = 4
const IDLE_PART = 16
/** No request gives its place away before. */
const LEAST_LATE_MS = 200
/** Pages take a third more than their lines, and a few are in reserve. */
const MOST_HELD = 1.34
const RESERVE_PAGES = 16
const CHUNK_LINES = 4_096
const RESERVE_CHUNKS = 6

export function checkMemory(life: JudgedLife, fail: Fail, now: number): void {
  const memory = life.inside.memory()
  checkHeld(life.record, memory, fail)
  checkBodies(life.record, memory, fail, now)
  checkLines(life.record, memory, fail, noticesOf(life, now))
}

/** Pages and entries follow the lines that they hold. */
function checkHeld(record: LifeRecord, { lineBytes, heldBytes }: Memory, fail: Fail): void {
  const maxBytes = maxBytesOf(record)
  const page = Math.max(4_096, Math.min(262_144, 2 ** Math.floor(Math.log2(maxBytes / 64))))
  const chunks = Math.ceil((record.written + (record.books?.recovered ?? 0)) / CHUNK_LINES) + RESERVE_CHUNKS
  const most = lineBytes * MOST_HELD + RESERVE_PAGES * page + chunks * CHUNK_LINES * LINE_BYTES
  if (heldBytes > most) fail('memory', `${heldBytes} bytes are held for ${lineBytes} bytes of lines`)
}

/** A request starts only while less than a quarter is in flight, late requests apart. */
function checkBodies(record: LifeRecord, { bodyBytes }: Memory, fail: Fail, now: number): void {
  if (bodyBytes < 0) fail('memory', `${bodyBytes} bytes of bodies are in flight`)
  let lateBytes = 0
  for (const { sentAt, bytes } of record.inFlight) if (now - sentAt >= LEAST_LATE_MS) lateBytes += bytes
  const most = maxBytesOf(record) / BODY_PART + record.largestBody + lateBytes
  if (record.isCompressed || bodyBytes <= most) return
  fail('memory', `${bodyBytes} bytes of bodies are in flight, ${Math.round(most)} are allowed`)
}

/** Lines, their entries and lanes. Bodies are apart: they begin after a line is admitted. */
function checkLines(
  record: LifeRecord,
  { countedBytes, lineBytes, lines, laneBytes, bodyBytes }: Memory,
  fail: Fail,
  notices: number
): void {
  const used = lineBytes + lines * LINE_BYTES + laneBytes
  if (countedBytes !== used + bodyBytes)
    fail('memory', `${countedBytes} bytes are counted for ${used + bodyBytes}`)
  const { buffer, spool } = record.slot.options
  const isWaitedFor = (buffer?.onFull ?? (spool?.mode === 'overflow' ? 'spool' : 'block')) === 'block'
  // A writer who does not wait fills the memory; lines that the disk refused were admitted already.
  const isObedient = record.slot.writer.waits && !record.isFlooded
  if ((isWaitedFor && !isObedient) || record.folder !== undefined || record.writtenLate > 0) return
  // With `block` the line that fills the buffer is taken. A lane is made after the look, and one for each record that waits by itself.
  const slack = (isWaitedFor ? record.largest + LINE_BYTES : 0) + laneBytesOf(record.longestKey)
  const most = maxBytesOf(record) + slack + record.turnedBack * LANE_BYTES + notices * NOTICE_BYTES
  if (used > most) fail('memory', `${used} bytes are used by lines and lanes, ${most} are allowed`)
}

/** Lines of the product's own about dropped ones: no bound is asked for them, but they are rare. */
function noticesOf({ record, inside }: JudgedLife, now: number): number {
  return inside.totals().dropped === 0 ? 0 : 1 + Math.floor((now - record.bornAt) / NOTICE_MS)
}

/** Without lines it holds nothing but lanes whose key may come again. `keys`: all that were ever written, in characters. */
export function checkEmpty({ record, inside }: JudgedLife, keys: readonly number[], fail: Fail): void {
  const { lines, lineBytes, laneBytes, bodyBytes } = inside.memory()
  if (lines > 0) return
  if (lineBytes !== 0 || bodyBytes !== 0) {
    fail('memory', `without a line it holds ${lineBytes} bytes of lines, and ${bodyBytes} of bodies`)
  }
  // What comes from disk brings its route, which may be another way to the same key.
  const ways = keys.reduce((sum, length) => sum + laneBytesOf(length) + laneBytesOf(length + ROUTE_NAME), 0)
  const most = Math.min(maxBytesOf(record) / IDLE_PART, ways)
  if (laneBytes > most || laneBytes < 0) {
    fail('memory', `without a line it holds ${laneBytes} bytes of lanes, ${Math.round(most)} are allowed`)
  }
}

/** The longest kind of a route, with what stands around it. */
const ROUTE_NAME = 32

function laneBytesOf(keyLength: number): number {
  return LANE_BYTES + 3 * keyLength
}

function maxBytesOf({ slot }: LifeRecord): number {
  return slot.options.buffer?.maxBytes ?? DEFAULT_BUFFER_BYTES
}
