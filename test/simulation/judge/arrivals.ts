/** Judges each line as the service stores it: whether it may come again, come now, and come here. */
import type { ServedRecord } from '../service/decode.ts'
import type { History, Line, Sighting } from './history.ts'
import { type FolderRecord, type LifeRecord, mayBeDamaged } from './life-record.ts'

export class Arrivals {
  readonly #history: History
  /** The newest line of a key and a life that has arrived. */
  readonly #newest = new Map<string, number>()

  constructor(history: History) {
    this.#history = history
  }

  stored(line: Line, record: ServedRecord, sighting: Sighting): void {
    this.#judgePlace(line, record, sighting)
    if (line.seen.length === 0) this.#judgeOrder(line, sighting)
    else this.#judgeRepeat(line, sighting)
    line.seen.push(sighting)
  }

  #judgePlace(
    line: Line,
    { partitionId, hashKey, partitionKey }: ServedRecord,
    { at, stream }: Sighting
  ): void {
    const { options } = line.life.slot
    if (stream !== line.stream) {
      this.#history.violated('wrong stream', at, `line ${line.n} for ${line.stream} is in ${stream}`)
    }
    const expected = [
      options.partitionId ?? '',
      options.partitionId === undefined ? (options.explicitHashKey ?? '') : ''
    ]
    const isConstant = expected.some((value) => value !== '')
    expected.push(isConstant ? '' : line.key)
    const found = [partitionId, hashKey, partitionKey]
    // A process that takes over the lines of another one sends them by the route that they were written with.
    if (found.join('|') !== expected.join('|')) {
      this.#history.violated(
        'wrong key',
        at,
        `line ${line.n} went by ${found.join('|')} instead of ${expected.join('|')}`
      )
    }
  }

  /** With `ordered` nothing overtakes a line of its key, whatever happens to either. */
  #judgeOrder(line: Line, { at, attempt }: Sighting): void {
    const { life, key, n } = line
    const { ordered, partitionKey } = life.slot.options
    // A process without `ordered` may send what it took over from one with it.
    const isOrdered = ordered === true && attempt.life.slot.options.ordered === true
    if (!isOrdered || partitionKey === null || life.mayBeTaken) return
    const name = `${life.name} ${key}`
    const newest = this.#newest.get(name) ?? -1
    // A request of a dead process may still be on its way when others send what it left; and one that nobody waits for, when its
    // lines were given up before they were sent again: for their age, for want of room, or because they were refused then.
    // After a lost note a later process sends again what was given up.
    const isFromDisk = attempt.life !== life && life.folder !== undefined && mayForget(life.folder)
    const mayBeLate =
      attempt.life.end !== undefined ||
      isFromDisk ||
      (attempt.endedInStep !== undefined && hasGivenUp(attempt.life))
    if (newest > n && !mayBeLate && !line.isInterrupted) {
      this.#history.violated('overtaken', at, `line ${n} of key '${key}' arrives after line ${newest}`)
    }
    this.#newest.set(name, Math.max(newest, n))
  }

  /** A line comes again only if nobody could know that it was stored. */
  #judgeRepeat(line: Line, { at, attempt }: Sighting): void {
    const { toldTo, toldStoredIn } = line
    if (toldTo === undefined || attempt.step < toldStoredIn) return
    const isExcused =
      attempt.life === toldTo ? isTwiceOnDisk(line, toldTo) : mayNotKnow(toldTo, attempt.life, toldStoredIn)
    if (isExcused) return
    const text = `line ${line.n} is stored again by ${attempt.life.name}, although ${toldTo.name} knew it was stored`
    this.#history.violated('duplicated', at, text)
  }
}

/** Whether the next process that sends a line may know nothing of what this one knew. */
function mayNotKnow(toldTo: LifeRecord, next: LifeRecord, toldStoredIn: number): boolean {
  const { folder } = toldTo
  return (
    toldTo.endedInStep === toldStoredIn ||
    toldTo.mayBeTaken ||
    // Its part was taken and sent while it was stopped; it has the lines in memory.
    next.mayBeTaken ||
    folder === undefined ||
    mayBeDamaged(folder) ||
    folder.powerLosses.some(({ step }) => step >= toldStoredIn)
  )
}

/**
 * At the end lines may be written once more in front of others, and the old ones are noted as settled. A power loss or damage may take
 * the note, and then a later process reads both.
 */
function isTwiceOnDisk({ life }: Line, reader: LifeRecord): boolean {
  const { folder, bornAt } = reader
  if (life === reader || folder === undefined) return false
  return mayBeDamaged(folder) || folder.powerLosses.some(({ at }) => at <= bornAt)
}

/** Whether notes of what is settled may be gone. */
function mayForget(folder: FolderRecord): boolean {
  return mayBeDamaged(folder) || folder.powerLosses.length > 0
}

function hasGivenUp({ books }: LifeRecord): boolean {
  return books !== undefined && books.rejected + books.dropped > 0
}
