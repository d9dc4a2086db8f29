/** Opens what the settings want on disk. What cannot be used is an error of the construction. */

import { type Clock, every } from './clock.ts'
import type { Settlement } from './delivery/settlement.ts'
import type { Settings } from './options/settings.ts'
import { LETTER_FILE, probe, probeSpoolFolder } from './options/validate.ts'
import type { LineStore } from './queue/line-store.ts'
import type { Queue } from './queue/queue.ts'
import { warningOf } from './report/diagnoses.ts'
import type { WarningEvent } from './report/events.ts'
import { cureIn } from './report/situations.ts'
import { DeadLetters, type OpenLetterFile } from './spool/dead-letters.ts'
import type { Disk } from './spool/disk.ts'
import { machineDisk } from './spool/files.ts'
import { TICK_MS } from './spool/orphans.ts'
import { Spool } from './spool/spool.ts'
import { SpoolStage } from './spool/spool-stage.ts'
import { SpoolWarnings } from './spool/spool-warnings.ts'

/** How long a line may be in the system's memory only, with `fsync: 'interval'`. */
const SYNC_MS = 1_000

export interface OpenSpool {
  readonly stage: SpoolStage
  readonly warnings: SpoolWarnings
  /** Takes over what others left, and begins the timers. `found`: there is something to be read, or it is known that there is nothing. */
  readonly start: (found: () => void) => void
  /** Ends the timers. */
  readonly stop: () => void
}

export interface OpenSpoolParts {
  readonly clock: Clock
  /** `undefined`: the machine's. */
  readonly disk: Disk | undefined
  /** For `dis-logs spool`: who wrote a file. */
  readonly host: string
  readonly pid: number
  readonly store: LineStore
  readonly queue: Queue
  readonly settlement: Settlement
  readonly warn: (event: WarningEvent) => void
}

/** @throws DisConfigError if the folder cannot be used */
export function openSpool(settings: Settings, parts: OpenSpoolParts): OpenSpool | undefined {
  const { spool, target, routing } = settings
  if (spool === undefined) return undefined
  const { clock, disk = machineDisk, host, pid, warn } = parts
  if (disk === machineDisk) probeSpoolFolder(spool.dir)
  const warnings = new SpoolWarnings(warn)
  const { origin, projectId, streamName, streamId = '' } = target
  const spoolSettings = {
    ...spool,
    dir: spool.dir.replaceAll('\\', '/'),
    target: { origin, projectId, streamName, streamId },
    host,
    pid
  }
  let found = () => {}
  const stage = probe('spool.dir', spool.dir, 'a folder that can be made and written', () => {
    return new SpoolStage({
      ...parts,
      routing,
      mode: spool.mode,
      open: (listener) =>
        new Spool(spoolSettings, disk, clock, {
          ...listener,
          found: () => found(),
          trouble: (event) => warnings.report(event)
        })
    })
  })
  const timers: (() => void)[] = []
  return {
    stage,
    warnings,
    start: (onFound) => {
      found = onFound
      void stage.start()
      // After a tick the disk may take lines again that it refused before.
      timers.push(every(clock, TICK_MS, () => void stage.tick().then(onFound)))
      if (spool.fsync === 'interval') timers.push(every(clock, SYNC_MS, () => stage.syncSoon()))
    },
    stop: () => {
      for (const cancel of timers) cancel()
      warnings.flush()
    }
  }
}

export interface DeadLetterParts {
  readonly clock: Clock
  readonly warn: (event: WarningEvent) => void
  /** `undefined`: a file of the machine. */
  readonly open: OpenLetterFile | undefined
}

/** @throws DisConfigError if the file cannot be opened */
export function openDeadLetters(
  { deadLetter }: Settings,
  { clock, warn, open }: DeadLetterParts
): DeadLetters | undefined {
  if (deadLetter === undefined) return undefined
  const { path, maxBytes } = deadLetter
  const listener = {
    failed: (error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error)
      warn(warningOf('DEAD_LETTER', `the dead-letter file cannot be written: ${reason}`))
    },
    exposed: (what: string) =>
      warn(warningOf('DEAD_LETTER', `the dead-letter file ${path} ${what}`, cureIn('dead-letter-file')))
  }
  return probe('deadLetter', path, LETTER_FILE, () => new DeadLetters(path, maxBytes, clock, listener, open))
}
