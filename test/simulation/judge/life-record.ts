/** What the judge knows of one life of a process. */
import type { ProducerInside } from '../../../packages/core/src/testing.ts'
import type { SlotPlan } from '../plan.ts'

/** The counts of a producer. */
export type Books = ReturnType<ProducerInside['totals']>

/** A life as the judge looks at it. */
export interface JudgedLife {
  readonly record: LifeRecord
  readonly inside: Pick<ProducerInside, 'totals' | 'memory'>
  readonly isOver: boolean
  /** Monotonic. */
  readonly closeBegan: number
  readonly process: {
    readonly hasWaited: boolean
    readonly jitterMs: number
    work: number
    monotonic(): number
  }
}

export interface LifeRecord {
  readonly name: string
  readonly slot: SlotPlan
  readonly folder: FolderRecord | undefined
  readonly bornAt: number
  /** Lines that it wrote. */
  written: number
  /** Those that were written after its close began. */
  writtenLate: number
  /** Lines of which an answer told it that they are stored. */
  toldStored: number
  /** Records of which an answer told it that they are to be sent again. */
  turnedBack: number
  /** Letters in its file of dead letters. */
  letters: number
  /** As seen between two steps for the last time, and how many lines it had written then. */
  books: Books | undefined
  writtenThen: number
  /** Unsettled lines a while ago: what a power loss may take. See `samples`. */
  readonly samples: Sample[]
  /** How many syncs of its folder had failed at the last look, and when that number changed, in the process's own time. */
  failedSyncs: number
  syncFailedAt: number
  /** By how much its timers may be late, and until when, in its own time. */
  late: { readonly ms: number; readonly until: number }
  end: 'closed' | 'exited' | 'killed' | 'power' | undefined
  endedAt: number
  /** The step in which it was killed. */
  endedInStep: number
  /** It was stopped for so long that another machine may have taken its part of the folder, or that happened. */
  mayBeTaken: boolean
  /** When it learned that its credentials are refused, true time. */
  readonly refusedAt: number[]
  /** How many refusals there were when requests were accepted in between. */
  readonly acceptedAfter: Set<number>
  /** It wrote more than it was told to. */
  isFlooded: boolean
  /** The largest line, in bytes; the longest key, in characters; the largest body of a request. */
  largest: number
  longestKey: number
  largestBody: number
  /** Bodies have other sizes than those that are counted. */
  readonly isCompressed: boolean
  /** When requests failed that failed in a row: see storm.ts. */
  readonly failedAt: number[]
  /** It ends: no wait is long any more. */
  isClosing: boolean
  /** Its requests on their way. */
  readonly inFlight: Set<{ readonly sentAt: number; readonly bytes: number }>
}

/** What the judge knows of a folder. */
export interface FolderRecord {
  /** Steps in which its power was lost, and the times of that. */
  readonly powerLosses: { readonly step: number; readonly at: number }[]
  /** Calls have failed. */
  hadFaults: boolean
  /** Bytes were changed from outside. */
  isDamaged: boolean
  /** Syncs that failed. */
  failedSyncs: number
  /** So many at the ends of files were cut off or made zero: as after a torn write, nobody can tell what stood there. */
  cutBytes: number
}

/** Whether bytes, or the reading of them, were wrong there: then damage may be told. */
export function mayBeDamaged({ hadFaults, isDamaged }: FolderRecord): boolean {
  return hadFaults || isDamaged
}

/** Lines at a moment of the process's own time: of a suspension it knows nothing. */
export interface Sample {
  readonly at: number
  readonly written: number
  readonly pending: number
}

export function newLifeRecord(
  slot: SlotPlan,
  name: string,
  bornAt: number,
  folder: FolderRecord | undefined
): LifeRecord {
  return {
    name,
    slot,
    folder,
    bornAt,
    written: 0,
    writtenLate: 0,
    toldStored: 0,
    turnedBack: 0,
    letters: 0,
    books: undefined,
    writtenThen: 0,
    samples: [{ at: 0, written: 0, pending: 0 }],
    failedSyncs: 0,
    syncFailedAt: Number.NEGATIVE_INFINITY,
    late: { ms: 0, until: 0 },
    end: undefined,
    endedAt: Number.POSITIVE_INFINITY,
    endedInStep: -1,
    mayBeTaken: false,
    refusedAt: [],
    acceptedAfter: new Set(),
    isFlooded: false,
    largest: 0,
    longestKey: 0,
    largestBody: 0,
    isCompressed: (slot.options.wire?.compression ?? 'none') !== 'none',
    failedAt: [],
    isClosing: false,
    inFlight: new Set()
  }
}
