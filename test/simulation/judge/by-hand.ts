/** Lives and lines made by hand, for tests of the judge. */
import type { SlotOptions, SlotPlan } from '../plan.ts'
import type { ServedRecord } from '../service/decode.ts'
import type { Attempt, History, Line, Sighting } from './history.ts'
import {
  type Books,
  type FolderRecord,
  type JudgedLife,
  type LifeRecord,
  newLifeRecord
} from './life-record.ts'

export type Memory = ReturnType<JudgedLife['inside']['memory']>

export const NO_BOOKS: Books = {
  written: 0,
  delivered: 0,
  rejected: 0,
  dropped: 0,
  spooled: 0,
  pending: 0,
  recovered: 0,
  spoolDamaged: 0
}

export function slotByHand(options: Partial<SlotOptions> = {}): SlotPlan {
  return {
    name: 'app',
    machine: 'host-1',
    folder: null,
    credentials: 'token',
    options: { streamName: 'logs', partitionKey: 'k', deadLetter: false, ...options },
    writer: { lines: 10, burst: 1, pauseMs: 1, bytes: 60, keys: 'few', waits: true, restartMs: 0 }
  }
}

export function recordByHand(options: Partial<SlotOptions> = {}, folder?: FolderRecord): LifeRecord {
  const slot = slotByHand(options)
  return newLifeRecord(folder === undefined ? slot : { ...slot, folder: 'spool-1' }, 'app#1', 0, folder)
}

export function folderByHand(changes: Partial<FolderRecord> = {}): FolderRecord {
  return { powerLosses: [], hadFaults: false, isDamaged: false, failedSyncs: 0, cutBytes: 0, ...changes }
}

/** A life between two steps, with these counts and this memory. */
export function lifeByHand(
  record: LifeRecord,
  {
    books = {},
    memory = {},
    work = 0
  }: { books?: Partial<Books>; memory?: Partial<Memory>; work?: number } = {}
): JudgedLife & { monoMs: number; readonly process: { jitterMs: number } } {
  const life = {
    record,
    isOver: false,
    closeBegan: 0,
    monoMs: 0,
    process: { hasWaited: false, jitterMs: 0, work, monotonic: () => life.monoMs },
    inside: {
      totals: () => ({ ...NO_BOOKS, ...books }),
      memory: () => ({
        lines: 0,
        lineBytes: 0,
        heldBytes: 0,
        laneBytes: 0,
        bodyBytes: 0,
        countedBytes: 0,
        ...memory
      })
    }
  }
  return life
}

export function writtenBy(life: LifeRecord, history: History, key = 'a'): Line {
  life.written++
  return history.write(life, key, 'logs', 0, (n) => `{"k":"${key}","n":${n},"p":""}`)
}

export function attemptOf(life: LifeRecord, lines: readonly Line[], step: number): Attempt {
  const attempt = {
    id: step,
    life,
    sentAt: step,
    step,
    cargo: [{ lines, notices: 0 }],
    endedInStep: undefined
  }
  for (const line of lines) line.lastAttempt = attempt
  return attempt
}

export function sightingOf(attempt: Attempt, changes: Partial<Sighting> = {}): Sighting {
  return {
    at: attempt.sentAt,
    attempt,
    stream: 'logs',
    incarnation: 0,
    partition: 'p0',
    position: 0,
    ...changes
  }
}

export function servedOf({ text, key }: Line): ServedRecord {
  return { data: text, partitionId: '', hashKey: '', partitionKey: key }
}

export function kindsOf({ violations }: History): string[] {
  return violations.map(({ kind }) => kind)
}
