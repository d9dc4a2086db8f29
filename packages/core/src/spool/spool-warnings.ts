/** The warnings of the spool, and the count of damage. */
import { warningOf } from '../report/diagnoses.ts'
import type { WarningEvent } from '../report/events.ts'
import { cureIn } from '../report/situations.ts'
import type { SpoolTrouble } from './spool-events.ts'

export class SpoolWarnings {
  readonly #warn: (event: WarningEvent) => void
  readonly #pending: WarningEvent[] = []
  /** The number of skipped damaged places and unreadable files. */
  damaged = 0

  constructor(warn: (event: WarningEvent) => void) {
    this.#warn = warn
  }

  /** Emits a warning in a microtask, because a listener that logs must not write in the middle of a write. */
  report(trouble: SpoolTrouble): void {
    if (trouble.kind === 'damaged') this.damaged += trouble.places
    if (trouble.kind === 'unreadable') this.damaged++
    if (trouble.kind === 'deleted') this.damaged += trouble.parts
    if (this.#pending.length === 0) queueMicrotask(() => this.flush())
    this.#pending.push(toWarning(trouble))
  }

  /** Emits waiting warnings at once: at the end of the process no microtask runs. */
  flush(): void {
    for (const event of this.#pending.splice(0)) this.#warn(event)
  }
}

function toWarning(trouble: SpoolTrouble): WarningEvent {
  switch (trouble.kind) {
    case 'failed':
      return warningOf('SPOOL', `the spool cannot be used: ${messageOf(trouble.error)}`)
    case 'damaged': {
      const places = `${trouble.places} damaged place${trouble.places === 1 ? '' : 's'}`
      return warningOf('SPOOL_DAMAGED', `${places} of the spool skipped`)
    }
    case 'unreadable': {
      const file = `${trouble.path} (${messageOf(trouble.error)})`
      const message = `a file of the spool cannot be read and was set aside: ${file}`
      return warningOf('SPOOL_DAMAGED', message, cureIn('spool-file'))
    }
    case 'foreign': {
      const streams = trouble.streams.join(', ')
      return warningOf(
        'SPOOL_FOREIGN',
        `${trouble.bytes} bytes in spool.dir wait for another stream and are left alone: ${streams}`
      )
    }
    case 'taken':
      return warningOf(
        'SPOOL_TAKEN',
        'another process took over lines of this one in spool.dir: it saw no sign of life for a minute'
      )
    case 'deleted': {
      const folders = `${trouble.parts} folder${trouble.parts === 1 ? '' : 's'}`
      const message = `somebody deleted ${folders} of the spool in use`
      return warningOf('SPOOL_DAMAGED', message, cureIn('spool-deleted'))
    }
    case 'unlocked':
      return warningOf(
        'SPOOL_UNLOCKED',
        `spool.dir has no lock that ends with its process (${trouble.reason})`
      )
    default: {
      const never: never = trouble
      return never
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
