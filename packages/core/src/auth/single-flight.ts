/**
 * A question that many wait for: asked once at a time, and not again right after a failure.
 *
 * Bounded by: one question on its way. After a failure the same error is given, without asking, for a second
 * that doubles up to a minute; after a refusal by IAM for five minutes, because a wrong
 * password asked often locks its user. Who hears of it: `failed`, at the first failure of a row and when the reason changes.
 */
import type { Clock } from '../clock.ts'
import { DisCredentialsError } from '../errors.ts'

export interface SingleFlightParts<T> {
  readonly clock: Clock
  readonly ask: () => Promise<T>
  /** A refusal, asked for too often, locks somebody's user or key. */
  readonly canLock: boolean
  readonly failed: (error: DisCredentialsError) => void
}

const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 60_000
/** As long as a locked key stays locked. */
const REFUSED_PAUSE_MS = 300_000

export class SingleFlight<T> {
  readonly #parts: SingleFlightParts<T>
  #asking: Promise<T> | undefined
  #failures = 0
  #lastError: DisCredentialsError | undefined
  /** Monotonic: nothing is asked before it. */
  #notBefore = 0

  constructor(parts: SingleFlightParts<T>) {
    this.#parts = parts
  }

  ask(): Promise<T> {
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined
    })
    return this.#asking
  }

  async #ask(): Promise<T> {
    const { ask, clock } = this.#parts
    if (this.#lastError !== undefined && clock.monotonic() < this.#notBefore) throw this.#lastError
    try {
      const answer = await ask()
      this.#failures = 0
      this.#lastError = undefined
      return answer
    } catch (error) {
      throw this.#fail(toCredentialsError(error))
    }
  }

  #fail(error: DisCredentialsError): DisCredentialsError {
    const { canLock, clock, failed } = this.#parts
    const isNewReason = error.reason !== this.#lastError?.reason
    this.#lastError = error
    const bound = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#failures++)
    const pause =
      error.reason === 'CREDENTIALS_REFUSED' && canLock
        ? REFUSED_PAUSE_MS
        : bound * (0.5 + clock.random() / 2)
    this.#notBefore = clock.monotonic() + pause
    if (isNewReason) failed(error)
    return error
  }
}

function toCredentialsError(error: unknown): DisCredentialsError {
  if (error instanceof DisCredentialsError) return error
  const message = error instanceof Error ? error.message : String(error)
  return new DisCredentialsError('CREDENTIALS_UNREADABLE', message, 'please report it')
}
