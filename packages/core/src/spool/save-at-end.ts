/**
 * The end of the process, as far as the disk goes: which lines of the memory are written for the next start, and where,
 * so that it finds the lines of each lane in their order.
 *
 * A lane's lines up to its last one that is in memory alone go in front of all that is on disk, because they are older
 * than what is unread there. Those behind it are on disk already, and stay where they are.
 */
import type { Clock } from '../clock.ts'
import type { Settlement } from '../delivery/settlement.ts'
import type { LineStore } from '../queue/line-store.ts'
import type { QueuedLine } from '../queue/queue.ts'
import { plainRoute, type Route } from '../record/route.ts'
import { toWallTime } from './line-age.ts'
import type { Spool } from './spool.ts'

export interface EndParts {
  readonly spool: Spool
  readonly clock: Clock
  readonly store: LineStore
  readonly settlement: Pick<Settlement, 'spooled' | 'unspooled'>
  /** Ids that the disk refused since the end began. */
  readonly refused: ReadonlySet<number>
}

/**
 * Writes what has to be written. `waiting`: lines in lanes and in flight, in the order of each lane; `behind`: lines that
 * wait behind what is unread on disk. Returns those that are safe nowhere; the others are released.
 */
export function saveAtEnd(
  parts: EndParts,
  waiting: readonly QueuedLine[],
  behind: readonly QueuedLine[]
): readonly QueuedLine[] {
  const { spool, store } = parts
  const front = upToLastUnsaved(waiting, store)
  const isFront = new Set(front.map(({ line }) => line))
  for (const { line } of waiting) if (!isFront.has(line)) store.release(line)
  if (front.length > 0) spool.beginFront()
  const unsaved = write(parts, front)
  spool.endFront()
  return [...unsaved, ...write(parts, behind)]
}

/** Of each lane the lines up to its last one that is not on disk. */
function upToLastUnsaved(waiting: readonly QueuedLine[], store: LineStore): QueuedLine[] {
  const ends = new Map<Route, number>()
  waiting.forEach(({ route, line }, index) => {
    if (store.spoolId(line) < 0) ends.set(route, index)
  })
  return waiting.filter(({ route }, index) => index <= (ends.get(route) ?? -1))
}

function write(
  { spool, clock, store, settlement, refused }: EndParts,
  lines: readonly QueuedLine[]
): QueuedLine[] {
  const ids = lines.map(({ route, line }) => {
    const { kind, value } = plainRoute(route)
    const epoch = store.epoch(line)
    // It is on disk twice for a moment, and counts once.
    if (store.spoolId(line) >= 0) settlement.unspooled(epoch)
    return spool.append(kind, value, store.view(line), toWallTime(clock, store.writtenAt(line)), epoch, false)
  })
  spool.flush()
  return lines.filter(({ line }, index) => {
    const id = ids[index]
    const oldId = store.spoolId(line)
    const isWritten = id !== undefined && !refused.has(id)
    if (!isWritten && oldId < 0) return true
    // The old copy is given up only when the new one is stored.
    if (!isWritten) settlement.spooled(store.epoch(line), 1)
    else if (oldId >= 0) spool.acknowledge(oldId)
    store.release(line)
    return false
  })
}
