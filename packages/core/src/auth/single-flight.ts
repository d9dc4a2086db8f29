/**
 * A request that many callers wait for. It is sent once at a time, and not again right after a failure.
 *
 * Bounded by: one request in flight. After a failure there is a pause, in which every caller gets the same error. The pause is
 * a second at first, and doubles up to a minute. After a refusal that can lock a user or a key it is five minutes.
 *
 * `failed` is called for the first of several failures, and when their reason changes.
 */
import type { Clock } from '../clock.ts'
import { DisCredentialsError } from '../errors.ts'
import { cureIn } from '../report/situations.ts'

export interface SingleFlightParts<T> {
  readonly clock: Clock
  readonly ask: () => Promise<T>
  /** Whether repeated refusals lock a user or a key. */
  readonly canLock: boolean
  readonly failed: (error: DisCredentialsError) => void
}

const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 60_000
/** A locked key stays locked for five minutes. */
const REFUSED_PAUSE_MS = 300_000

export class SingleFlight<T> {
  readonly #parts: SingleFlightParts<T>
  #asking: Promise<T> | undefined
  #failures = 0
  #lastError: DisCredentialsError | undefined
  /** The end of the pause, in monotonic time. */
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
  return new DisCredentialsError('CREDENTIALS_UNREADABLE', message, cureIn('bug'))
}
