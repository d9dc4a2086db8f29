/** Opens what the settings want on disk, and keeps it alive. What goes wrong here is the user's to hear at construction. */

import { every } from './clock.ts'
import type { WarningCode } from './codes.ts'
import { DeadLetters } from './disk/dead-letters.ts'
import { HEARTBEAT_MS } from './disk/folder.ts'
import { Spool } from './disk/spool.ts'
import { Backlog, type BacklogParts } from './queue/backlog.ts'
import type { Settings } from './settings.ts'
import type { Trouble } from './trouble.ts'
import { probe } from './validate.ts'

/** How long a line may be in the system's memory only, with `fsync: 'interval'`. */
const SYNC_MS = 1_000

/** @throws DisConfigError if the folder cannot be used */
export function openBacklog(
  { spool }: Settings,
  parts: Omit<BacklogParts, 'open' | 'mode'>
): { readonly backlog: Backlog | undefined; readonly closeBacklog: () => void } {
  if (spool === undefined) return { backlog: undefined, closeBacklog: () => {} }
  const { clock } = parts
  const backlog = probe('spool.dir', spool.dir, 'a folder that can be made and written', () => {
    return new Backlog({
      ...parts,
      mode: spool.mode,
      open: (listener) =>
        new Spool({ ...spool, syncsAlways: spool.fsync === 'always' }, () => clock.now(), listener)
    })
  })
  backlog.tend()
  const cancelTend = every(clock, HEARTBEAT_MS, () => backlog.tend())
  const cancelSync = spool.fsync === 'interval' ? every(clock, SYNC_MS, () => backlog.syncSoon()) : () => {}
  return {
    backlog,
    closeBacklog: () => {
      cancelTend()
      cancelSync()
    }
  }
}

/** @throws DisConfigError if the file cannot be opened */
export function openDeadLetters({ deadLetter }: Settings, trouble: Trouble): DeadLetters | undefined {
  if (deadLetter === undefined) return undefined
  const { path, maxBytes } = deadLetter
  return probe('deadLetter', path, 'a file that can be made and written', () => {
    return new DeadLetters(path, maxBytes, (error) =>
      trouble.warn({
        code: 'DEAD_LETTER' satisfies WarningCode,
        message: `the dead-letter file cannot be written: ${error instanceof Error ? error.message : String(error)}`,
        cure: 'check space and permissions; rejected lines are counted, but not kept'
      })
    )
  })
}
