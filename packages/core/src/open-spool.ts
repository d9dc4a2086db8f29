/** Opens what the settings want on disk, and keeps it alive. What goes wrong here is the user's to hear at construction. */

import { hostname } from 'node:os'
import { every } from './clock.ts'
import type { Settings } from './options/settings.ts'
import { probe, probeSpoolFolder } from './options/validate.ts'
import type { WarningCode } from './report/codes.ts'
import type { Reporter } from './report/reporter.ts'
import { DeadLetters } from './spool/dead-letters.ts'
import type { Disk } from './spool/disk.ts'
import { machineDisk } from './spool/files.ts'
import { TICK_MS } from './spool/orphans.ts'
import { Spool } from './spool/spool.ts'
import { SpoolStage, type SpoolStageParts } from './spool/spool-stage.ts'
import { SpoolWarnings } from './spool/spool-warnings.ts'

/** How long a line may be in the system's memory only, with `fsync: 'interval'`. */
const SYNC_MS = 1_000

export interface OpenSpool {
  readonly stage: SpoolStage
  readonly warnings: SpoolWarnings
  /** Ends the timers. */
  readonly stop: () => void
}

/** @throws DisConfigError if the folder cannot be used */
export function openSpool(
  { spool, target }: Settings,
  parts: Omit<SpoolStageParts, 'open' | 'mode'> & {
    readonly disk: Disk | undefined
    readonly trouble: Reporter
    readonly found: () => void
  }
): OpenSpool | undefined {
  if (spool === undefined) return undefined
  const { clock, disk = machineDisk, trouble, found } = parts
  if (disk === machineDisk) probeSpoolFolder(spool.dir)
  const warnings = new SpoolWarnings((event) => trouble.warn(event))
  const { origin, projectId, streamName, streamId = '' } = target
  const settings = {
    ...spool,
    dir: spool.dir.replaceAll('\\', '/'),
    target: { origin, projectId, streamName, streamId },
    host: hostname(),
    pid: process.pid
  }
  const stage = probe('spool.dir', spool.dir, 'a folder that can be made and written', () => {
    return new SpoolStage({
      ...parts,
      mode: spool.mode,
      open: (listener) =>
        new Spool(settings, disk, clock, {
          ...listener,
          found,
          trouble: (event) => warnings.report(event)
        })
    })
  })
  void stage.start()
  const stopTicks = every(clock, TICK_MS, () => void stage.tick())
  const stopSync = spool.fsync === 'interval' ? every(clock, SYNC_MS, () => stage.syncSoon()) : () => {}
  return {
    stage,
    warnings,
    stop: () => {
      stopTicks()
      stopSync()
      warnings.flush()
    }
  }
}

/** @throws DisConfigError if the file cannot be opened */
export function openDeadLetters({ deadLetter }: Settings, trouble: Reporter): DeadLetters | undefined {
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
