/**
 * The end: every line that is still in memory gets its last place. Synchronous, because `process.exit()` waits for nothing.
 *
 * On disk already: stays there. Else to the spool; else to the dead letters; else dropped, counted and reported.
 */
import type { Intake } from '../queue/intake.ts'
import type { Queue, QueuedLine } from '../queue/queue.ts'
import type { RejectedCode } from '../report/codes.ts'
import { cureOf } from '../report/diagnoses.ts'
import type { WarningEvent } from '../report/events.ts'
import type { Dispatcher } from './dispatcher.ts'
import type { Settlement } from './settlement.ts'

/** The spool as seen from here. */
export interface LastResort {
  /** Saves lines for the next start; returns those that are safe nowhere. */
  save(rest: readonly QueuedLine[]): readonly QueuedLine[]
  close(): void
}

export interface ShutdownParts {
  readonly queue: Queue
  readonly dispatcher: Dispatcher
  readonly intake: Intake
  readonly settlement: Settlement
  readonly spool: LastResort | undefined
  readonly hasDeadLetters: boolean
  /** Closes what else is open. */
  readonly release: () => void
}

const NOT_SENT: WarningEvent = {
  code: 'NOT_SENT' satisfies RejectedCode,
  message: 'it could not be sent before the end (closeTimeoutMs)',
  cure: cureOf('NOT_SENT')
}

export class Shutdown {
  readonly #parts: ShutdownParts
  #isOver = false

  constructor(parts: ShutdownParts) {
    this.#parts = parts
  }

  /** Empties the memory. Repeated calls do nothing. */
  run(): void {
    if (this.#isOver) return
    this.#isOver = true
    const { queue, dispatcher, intake, settlement, spool, hasDeadLetters, release } = this.#parts
    intake.close()
    dispatcher.stop()
    const rest = queue.takeRest()
    const unsaved = spool === undefined ? rest : spool.save(rest)
    if (hasDeadLetters) settlement.rejectRest(unsaved, NOT_SENT)
    else {
      settlement.drop(
        unsaved.map(({ line }) => line),
        'closing'
      )
    }
    spool?.close()
    release()
  }
}
