/** The end of a run: which lines are missing, and whether they may be. docs/delivery.md says where. */
import type { History, Line } from './history.ts'
import { type LifeRecord, mayBeDamaged } from './life-record.ts'

const WINDOW_MS = 300_000

/** Lives that may deliver each other's lines: those of one folder, or of one slot without a folder. */
interface Group {
  readonly name: string
  readonly lives: LifeRecord[]
  readonly missing: Map<LifeRecord, Line[]>
}

/** Lines that are missing, and are in no count of a living or dead process. */
export function judgeLosses(history: History, now: number): void {
  for (const group of groupsOf(history).values()) {
    const missing = [...group.missing.values()].flat()
    const counted = group.lives.reduce(
      (sum, { books }) => sum + (books?.rejected ?? 0) + (books?.dropped ?? 0),
      0
    )
    const excused = [...group.missing].reduce((sum, [life, lines]) => sum + excusedOf(life, lines, group), 0)
    if (missing.length <= counted + excused) continue
    const numbers = missing.slice(0, 5).map(({ n }) => n)
    history.violated(
      'lost',
      now,
      `${group.name}: ${missing.length} lines are missing (${numbers.join(', ')} …), ${counted} were rejected or dropped, ${excused} may be lost`
    )
  }
}

/** Requests with refused keys: five in a row lock a key, and more of them the address. */
export function judgeRefusals(history: History, now: number): void {
  for (const { name, slot, refusedAt, acceptedAfter } of history.lives) {
    const { retry, concurrency } = slot.options
    // Those that are in flight together, three in a row, and then one probe after another; a clock is corrected once more.
    const most = (concurrency?.max ?? 8) + 5 + Math.ceil(WINDOW_MS / (retry?.probeIntervalMs ?? WINDOW_MS))
    for (let first = 0, last = 0; last < refusedAt.length; last++) {
      // A key that works in between has failed no five times in a row.
      if (acceptedAfter.has(last)) first = last
      while ((refusedAt[last] ?? 0) - (refusedAt[first] ?? 0) > WINDOW_MS) first++
      if (last - first + 1 <= most) continue
      history.violated('hammering', now, `${name} was refused ${last - first + 1} times within five minutes`)
      break
    }
  }
}

/** Lines that are missing for now: a run goes on until there are none, or its time is over. */
export function hasUnaccounted(history: History): boolean {
  for (const group of groupsOf(history).values()) {
    const missing = [...group.missing.values()].flat().length
    const counted = group.lives.reduce(
      (sum, { books }) => sum + (books?.rejected ?? 0) + (books?.dropped ?? 0),
      0
    )
    const excused = [...group.missing].reduce((sum, [life, lines]) => sum + excusedOf(life, lines, group), 0)
    if (missing > counted + excused) return true
  }
  return false
}

function groupsOf(history: History): Map<string, Group> {
  const groups = new Map<string, Group>()
  const groupOf = (life: LifeRecord): Group => {
    const name = life.slot.folder ?? life.slot.name
    const group = groups.get(name) ?? { name, lives: [], missing: new Map() }
    groups.set(name, group)
    return group
  }
  for (const life of history.lives) groupOf(life).lives.push(life)
  for (const line of history.lines) {
    if (line.seen.length > 0) continue
    const { missing } = groupOf(line.life)
    const lines = missing.get(line.life) ?? []
    lines.push(line)
    missing.set(line.life, lines)
  }
  return groups
}

/** How many of a life's missing lines may be lost. */
function excusedOf(life: LifeRecord, lines: readonly Line[], { lives }: Group): number {
  const { folder, books } = life
  const count = lines.length
  const isDamageTold = lives.some((other) => (other.books?.spoolDamaged ?? 0) > 0)
  if (folder !== undefined && mayBeDamaged(folder) && isDamageTold) return count
  let excused = 0
  // A process that is killed loses what is in its memory only.
  if (life.end === 'killed' || life.end === 'power') {
    excused += (books?.pending ?? 0) + (life.written - life.writtenThen)
  }
  // What a process gave up in the step in which it was killed, nobody has seen it count.
  for (const { lastAttempt } of lines) {
    const { end, endedInStep } = lastAttempt?.life ?? life
    if (end === 'killed' && endedInStep === lastAttempt?.endedInStep) excused++
  }
  for (const { at } of folder?.powerLosses ?? []) excused += unsynced(life, at)
  excused += cutOff(lines, folder?.cutBytes ?? 0)
  return Math.min(count, excused)
}

/** How many of the lines may have stood in the bytes that somebody cut off. */
function cutOff(lines: readonly Line[], cutBytes: number): number {
  const sizes = lines.map(({ text }) => Buffer.byteLength(text)).sort((one, other) => one - other)
  let left = cutBytes
  return sizes.filter((bytes) => {
    left -= bytes
    return left >= 0
  }).length
}

/** What a power loss at `at` may take of the lines that were settled. */
function unsynced(life: LifeRecord, at: number): number {
  const { fsync = 'interval' } = life.slot.options.spool ?? {}
  if (life.bornAt > at || fsync === 'always') return 0
  if (fsync === 'never') return Number.POSITIVE_INFINITY
  // Its lines of the last second. If it ended before, those of its last second: this disk writes nothing back by itself.
  const [first] = life.samples
  return life.written - (first?.written ?? 0) + (first?.pending ?? 0)
}
