/**
 * The names in a spool's folder. They hold every fact for finding the owner of a part. So no file has to be opened for that, and
 * no decision depends on a file that may be torn.
 *
 *   <generation>-<id>-<target>-<owner>/     a part: the segments of one producer, in one folder
 *     <number>.log  <number>.ack             a segment, and its acknowledgements
 *   <owner>.lock                             the lock of an owner
 *   unreadable-<generation>-<id>-<number>    a file that was set aside
 *
 * The name of a part holds its owner, so one `rename` changes the owner. Only one of several processes can do that. Generations
 * order the parts: a new part has the highest one. No name comes from a clock.
 */
import { createHash } from 'node:crypto'
import type { SpoolTarget } from './segment-head.ts'

/** The name of an unknown kernel. */
const UNKNOWN_MACHINE = '0'.repeat(12)
/** The first segment number. It leaves room for smaller ones. */
export const FIRST_NUMBER = 1_000_000_000
/** The first generation. Parts of the older format get smaller ones. */
export const FIRST_GENERATION = 1_000_000_000
const DIGITS = 10

/** The owner in the name of a part that was given back. */
export const NOBODY = `${UNKNOWN_MACHINE}-${'0'.repeat(16)}`

const OWNER = '[0-9a-f]{12}-[0-9a-f]{16}'
const PART_NAME = new RegExp(`^(\\d{${DIGITS}})-([0-9a-f]{16})-([0-9a-f]{16})-(${OWNER})$`)
const LOCK_NAME = new RegExp(`^(${OWNER})\\.lock$`)
const UNBORN_LOCK_NAME = new RegExp(`^\\.${OWNER}\\.lock\\.new$`)
const SEGMENT_NAME = /^(\d{10})\.log$/

/** The facts in the name of a part. */
export interface PartName {
  readonly generation: number
  /** Stays the same when the owner changes. */
  readonly id: string
  readonly target: string
  readonly owner: string
}

export function partName({ generation, id, target, owner }: PartName): string {
  return `${digits(generation)}-${id}-${target}-${owner}`
}

/** The facts in a name; `undefined` if it is not the name of a part. */
export function parsePartName(name: string): PartName | undefined {
  const [, generation, id, target, owner] = PART_NAME.exec(name) ?? []
  if (generation === undefined || id === undefined || target === undefined || owner === undefined)
    return undefined
  return { generation: Number(generation), id, target, owner }
}

/** Compares parts by age, oldest first. Within one generation every process finds the same order. */
export function byAge(a: PartName, b: PartName): number {
  return a.generation - b.generation || (a.id < b.id ? -1 : 1)
}

/** The name of a new owner. `id`: 16 hex digits that never come again. */
export function ownerName(machine: string, id: string): string {
  return `${machine === '' ? UNKNOWN_MACHINE : machine}-${id}`
}

/** Whether an owner ran on this kernel. Then a refused connect means that it is dead. */
export function isOfMachine(owner: string, machine: string): boolean {
  return machine !== '' && owner.startsWith(`${machine}-`)
}

export function lockName(owner: string): string {
  return `${owner}.lock`
}

/** The owner of a lock; `undefined` if the file is no lock. */
export function ownerOfLock(name: string): string | undefined {
  return LOCK_NAME.exec(name)?.[1]
}

/** Whether a name is that of an unfinished lock. */
export function isUnbornLock(name: string): boolean {
  return UNBORN_LOCK_NAME.test(name)
}

export function segmentName(number: number): string {
  return `${digits(number)}.log`
}

export function acknowledgementsName(number: number): string {
  return `${digits(number)}.ack`
}

/** The number of a segment; `undefined` if the file is no segment. */
export function segmentNumber(name: string): number | undefined {
  const number = SEGMENT_NAME.exec(name)?.[1]
  return number === undefined ? undefined : Number(number)
}

/** The new name of a file that cannot be read. */
export function asideName({ generation, id }: PartName, number: number): string {
  return `unreadable-${digits(generation)}-${id}-${digits(number)}`
}

/** A target as 16 hex digits, which are short enough for a name. */
export function targetName({ origin, projectId, streamName, streamId }: SpoolTarget): string {
  const text = JSON.stringify([origin, projectId, streamName, streamId])
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}

function digits(number: number): string {
  return String(number).padStart(DIGITS, '0')
}
