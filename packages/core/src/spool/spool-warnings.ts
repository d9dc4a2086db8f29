/** The warnings of the spool, and the count of damage. */
import type { WarningCode } from '../report/codes.ts'
import type { WarningEvent } from '../report/events.ts'
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
    this.#pending.push(warningOf(trouble))
  }

  /** Emits waiting warnings at once: at the end of the process no microtask runs. */
  flush(): void {
    for (const event of this.#pending.splice(0)) this.#warn(event)
  }
}

function warningOf(trouble: SpoolTrouble): WarningEvent & { readonly code: WarningCode } {
  switch (trouble.kind) {
    case 'failed':
      return {
        code: 'SPOOL',
        message: `the spool cannot be used: ${messageOf(trouble.error)}`,
        cure: 'check space and permissions of spool.dir; lines stay in memory meanwhile, and the disk is tried again'
      }
    case 'damaged':
      return {
        code: 'SPOOL_DAMAGED',
        message: `${trouble.places} damaged place${trouble.places === 1 ? '' : 's'} of the spool skipped`,
        cure: 'what could be read is sent; a torn end is normal after a crash, anything else is worth a look at the disk'
      }
    case 'unreadable':
      return {
        code: 'SPOOL_DAMAGED',
        message: `a file of the spool cannot be read and was set aside: ${trouble.path} (${messageOf(trouble.error)})`,
        cure: 'the other files are sent; look at this one and at the disk, then delete it'
      }
    case 'foreign':
      return {
        code: 'SPOOL_FOREIGN',
        message: `${trouble.bytes} bytes in spool.dir wait for another stream and are left alone: ${trouble.streams.join(', ')}`,
        cure: 'start a producer for that stream, or send them with dis-logs replay <spool.dir>'
      }
    case 'taken':
      return {
        code: 'SPOOL_TAKEN',
        message:
          'another process took over lines of this one in spool.dir: it saw no sign of life for a minute',
        cure: 'nothing is lost, but lines may arrive twice; if machines share the folder, give each a folder of its own'
      }
    case 'deleted':
      return {
        code: 'SPOOL_DAMAGED',
        message: `somebody deleted ${trouble.parts} folder${trouble.parts === 1 ? '' : 's'} of the spool in use`,
        cure: 'what was in memory as well is sent; what was only there is lost. Keep cleaners away from spool.dir'
      }
    case 'unlocked':
      return {
        code: 'SPOOL_UNLOCKED',
        message: `spool.dir has no lock that ends with its process (${trouble.reason})`,
        cure: 'what a killed process leaves there is taken over after a minute, not at once; a local folder with a short path has such locks'
      }
    default: {
      const never: never = trouble
      return never
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
