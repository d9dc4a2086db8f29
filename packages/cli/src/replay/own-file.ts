/**
 * Keeps replay from reading what it writes, which would never end. Names say nothing about that: links, folders and `/dev/stdin` lead
 * to one file by many of them. So files are compared by device and inode, those that are open by what was opened.
 */
import { type BigIntStats, fstatSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { UsageError } from '../status.ts'

const STDIN_FD = 0

/** @throws UsageError if a file that is to be read is the one that is to be written */
export function refuseOwnFile(inputs: readonly string[], output: string): void {
  const written = statOf(output)
  for (const input of inputs) {
    const isOne =
      written === undefined ? resolve(input) === resolve(output) : isSameFile(statOf(input), written)
    if (isOne) throw new UsageError('--dead-letter must be another file than those that are read')
  }
}

/**
 * For inputs when they are opened: they may have come into being with the file that is written.
 * @param output exists by now
 * @returns what throws for an open file that is the same
 */
export function ownFileCheck(output: string): (fd: number) => void {
  const written = statOf(output)
  return (fd) => {
    if (isSameFile(fstatSync(fd, { bigint: true }), written)) {
      throw new Error('it is the file that --dead-letter writes')
    }
  }
}

function statOf(path: string): BigIntStats | undefined {
  try {
    if (path === '-') return fstatSync(STDIN_FD, { bigint: true })
    return statSync(path, { bigint: true, throwIfNoEntry: false })
  } catch {
    // Who cannot look at it cannot read it either: that is told when it is opened.
    return undefined
  }
}

/** What is written to a device, such as a terminal or /dev/null, does not come back. */
function isSameFile(a: BigIntStats | undefined, b: BigIntStats | undefined): boolean {
  if (a === undefined || b === undefined || b.isCharacterDevice()) return false
  return a.dev === b.dev && a.ino === b.ino
}
