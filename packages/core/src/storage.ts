/** Opens what the settings want on disk, and keeps it alive. What goes wrong here is the user's to hear at construction. */
import { every } from './clock.ts'
import { DeadLetters } from './disk/dead-letters.ts'
import { HEARTBEAT_MS } from './disk/folder.ts'
import { Spool } from './disk/spool.ts'
import { DisConfigError } from './errors.ts'
import { Backlog, type BacklogParts } from './queue/backlog.ts'
import type { Settings } from './settings.ts'
import type { Trouble } from './trouble.ts'

/** How long a line may be in the system's memory only, with `fsync: 'interval'`. */
const SYNC_MS = 1_000

/** @throws DisConfigError if the folder cannot be used */
export function openBacklog(
  { spool }: Settings,
  parts: Omit<BacklogParts, 'open' | 'mode'>
): { readonly backlog: Backlog | undefined; readonly closeBacklog: () => void } {
  if (spool === undefined) return { backlog: undefined, closeBacklog: () => {} }
  const { clock } = parts
  const backlog = orConfigError('spool.dir', spool.dir, 'a folder that can be made and written', () => {
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
  return orConfigError('deadLetter', path, 'a file that can be made and written', () => {
    return new DeadLetters(path, maxBytes, (error) =>
      trouble.warn({
        code: 'DEAD_LETTER',
        message: `the dead-letter file cannot be written: ${error instanceof Error ? error.message : String(error)}`,
        cure: 'check space and permissions; rejected lines are counted, but not kept'
      })
    )
  })
}

function orConfigError<T>(option: string, path: string, allowed: string, open: () => T): T {
  try {
    return open()
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new DisConfigError([{ option, given: `'${path}' (${reason})`, allowed: `allowed: ${allowed}` }])
  }
}
