/**
 * The names in a spool's folder. They carry all that deciding needs, so that nothing has to be opened to find out
 * whose a part is, and a decision never rests on a file that may be torn.
 *
 *   <generation>-<id>-<target>-<owner>/     a part: the segments of one producer, in one folder
 *     <number>.log  <number>.ack             a segment, and what of it is acknowledged
 *   <owner>.lock                             says that an owner lives
 *   unreadable-<generation>-<id>-<number>    a file that was set aside
 *
 * The owner of a part stands in its name, so a part changes hands by one `rename`, which only one of several
 * processes can do. Generations order the parts: a new one is above all that are there. No name comes from a clock.
 */
import { createHash } from 'node:crypto'
import type { SpoolTarget } from './segment-head.ts'

/** Hex digits of a kernel's name; this one where it is not known. */
const UNKNOWN_MACHINE = '0'.repeat(12)
/** Numbers begin in the middle, so that there is room in front. */
export const FIRST_NUMBER = 1_000_000_000
/** Generations begin here; what an earlier version left goes below. */
export const FIRST_GENERATION = 1_000_000_000
const DIGITS = 10

/** The owner of a part that was given back. */
export const NOBODY = `${UNKNOWN_MACHINE}-${'0'.repeat(16)}`

const OWNER = '[0-9a-f]{12}-[0-9a-f]{16}'
const PART_NAME = new RegExp(`^(\\d{${DIGITS}})-([0-9a-f]{16})-([0-9a-f]{16})-(${OWNER})$`)
const LOCK_NAME = new RegExp(`^(${OWNER})\\.lock$`)
const UNBORN_LOCK_NAME = new RegExp(`^\\.${OWNER}\\.lock\\.new$`)
const SEGMENT_NAME = /^(\d{10})\.log$/

/** What the name of a part says. */
export interface PartName {
  readonly generation: number
  /** Stays the same when the part changes hands. */
  readonly id: string
  readonly target: string
  readonly owner: string
}

export function partName({ generation, id, target, owner }: PartName): string {
  return `${digits(generation)}-${id}-${target}-${owner}`
}

/** `undefined`: it is no part. */
export function parsePartName(name: string): PartName | undefined {
  const [, generation, id, target, owner] = PART_NAME.exec(name) ?? []
  if (generation === undefined || id === undefined || target === undefined || owner === undefined)
    return undefined
  return { generation: Number(generation), id, target, owner }
}

/** Oldest first; those of one generation in an order that every process finds. */
export function byAge(a: PartName, b: PartName): number {
  return a.generation - b.generation || (a.id < b.id ? -1 : 1)
}

/** A new owner's name. `id`: 16 hex digits that never come again. */
export function ownerName(machine: string, id: string): string {
  return `${machine === '' ? UNKNOWN_MACHINE : machine}-${id}`
}

/** Whether an owner ran on this kernel, so that a refused connect says that it is dead. */
export function isOfMachine(owner: string, machine: string): boolean {
  return machine !== '' && owner.startsWith(`${machine}-`)
}

export function lockName(owner: string): string {
  return `${owner}.lock`
}

/** The owner that a lock belongs to; `undefined` if the file is no lock. */
export function ownerOfLock(name: string): string | undefined {
  return LOCK_NAME.exec(name)?.[1]
}

/** Whether a name is that of a lock that was being made. */
export function isUnbornLock(name: string): boolean {
  return UNBORN_LOCK_NAME.test(name)
}

export function segmentName(number: number): string {
  return `${digits(number)}.log`
}

export function acknowledgementsName(number: number): string {
  return `${digits(number)}.ack`
}

/** The number of a segment; `undefined` if the file is none. */
export function segmentNumber(name: string): number | undefined {
  const number = SEGMENT_NAME.exec(name)?.[1]
  return number === undefined ? undefined : Number(number)
}

/** Where a file goes that cannot be read. */
export function asideName({ generation, id }: PartName, number: number): string {
  return `unreadable-${digits(generation)}-${id}-${digits(number)}`
}

/** A target in 16 hex digits: short enough for a name. */
export function targetName({ origin, projectId, streamName, streamId }: SpoolTarget): string {
  const text = JSON.stringify([origin, projectId, streamName, streamId])
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}

function digits(number: number): string {
  return String(number).padStart(DIGITS, '0')
}
