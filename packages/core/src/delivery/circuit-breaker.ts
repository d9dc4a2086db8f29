/**
 * Stops asking when credentials are refused. Five failures lock a key for five minutes, and more of them blacklist the
 * address, so a client that hammers makes its own trouble worse.
 *
 * Refused: refresh where that can help, and try again. Refused {@link MAX_REFUSALS} times in a row: open; one probe each
 * `probeIntervalMs` until a request is accepted. Lines stay buffered meanwhile.
 */

/** Fewer than the five that lock a key. API gateway reference, authentication errors. */
export const MAX_REFUSALS: number = 3

const PAUSE_MS = 1_000

export class CircuitBreaker {
  readonly #probeIntervalMs: number
  #refusals = 0

  constructor(probeIntervalMs: number) {
    this.#probeIntervalMs = probeIntervalMs
  }

  get isOpen(): boolean {
    return this.#refusals >= MAX_REFUSALS
  }

  accepted(): void {
    this.#refusals = 0
  }

  /**
   * A request was refused. `isFirst`: it was not in flight together with one that was refused already. `isRefreshed`: other
   * credentials may be there now.
   * @returns how long to wait before the next request, in ms
   */
  refused(isFirst: boolean, isRefreshed: boolean): number {
    if (isFirst) this.#refusals++
    if (this.isOpen) return this.#probeIntervalMs
    return isRefreshed ? 0 : PAUSE_MS * this.#refusals
  }
}
