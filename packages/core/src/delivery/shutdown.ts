/**
 * The end: every line that is still in memory gets its last place. Synchronous, because `process.exit()` waits for
 * nothing.
 *
 * On disk already: stays there. Else to the spool; else to the dead letters; else dropped, counted and told.
 */

import type { Intake } from '../queue/intake.ts'
import type { Waiting } from '../queue/lanes.ts'
import type { LineStore } from '../queue/line-store.ts'
import type { RejectedCode } from '../report/codes.ts'
import type { RejectedEvent } from '../report/events.ts'
import type { SpoolStage } from '../spool/spool-stage.ts'
import type { Dispatcher } from './dispatcher.ts'
import type { Settlement } from './settlement.ts'

export interface ShutdownParts {
  readonly store: LineStore
  readonly dispatcher: Dispatcher
  readonly intake: Intake
  readonly settlement: Settlement
  readonly spool: SpoolStage | undefined
  readonly hasDeadLetters: boolean
  readonly rejected: (event: RejectedEvent) => void
  /** Closes what else is open. */
  readonly release: () => void
}

const NOT_SENT: RejectedCode = 'NOT_SENT'
const MESSAGE = 'it could not be sent before the end (closeTimeoutMs)'

export class Shutdown {
  readonly #parts: ShutdownParts
  #isOver = false

  constructor(parts: ShutdownParts) {
    this.#parts = parts
  }

  /** Empties the memory. Repeated calls do nothing. */
  giveUp(): void {
    if (this.#isOver) return
    this.#isOver = true
    const { dispatcher, intake, settlement, spool, hasDeadLetters, release } = this.#parts
    intake.close()
    const waiting = [...dispatcher.abandon(), ...intake.takeWaiting()]
    const unsaved = spool === undefined ? waiting : spool.save(waiting)
    if (hasDeadLetters) this.#deadLetter(unsaved)
    else {
      settlement.drop(
        unsaved.map(({ line }) => line),
        'closing'
      )
    }
    spool?.close()
    release()
  }

  #deadLetter(waiting: readonly Waiting[]): void {
    const [first] = waiting
    if (first === undefined) return
    const { store, settlement, rejected } = this.#parts
    const { route } = first.lane
    const sample = store.view(first.line).toString('utf8').slice(0, 1_024)
    for (const { lane, line } of waiting) settlement.rejectWaiting(lane, line, NOT_SENT, MESSAGE)
    rejected({
      code: NOT_SENT,
      message: `${MESSAGE}; it is in the dead-letter file`,
      lines: waiting.length,
      attempts: 0,
      partitionKey: 'partitionKey' in route ? route.partitionKey : null,
      sample
    })
  }
}
