/**
 * Requests with refused keys. Five failures lock a key, so a producer asks three times, then once in `retry.probeIntervalMs`. Each
 * change of the keys, and each start, may cost those that were in flight besides.
 *
 * Bounded by: five minutes.
 */
import type { Application } from './application.ts'
import type { Promises } from './promises.ts'

const WINDOW_MS = 300_000
/** Of the service's answers, those that refuse keys. */
const REFUSED = [401, 403, 441]
/** Refusals in a row before the producer stops asking. */
const IN_A_ROW = 3

export class RefusalWatch {
  readonly #refused: number[] = []
  readonly #incidents: number[] = [performance.now()]
  #mostInFlight = 1
  #shortestProbeMs = Number.POSITIVE_INFINITY

  /** An answer came through the proxy. */
  answered(status: number): void {
    if (REFUSED.includes(status)) this.#refused.push(performance.now())
  }

  /** Keys changed, or a process started. */
  incident(): void {
    this.#incidents.push(performance.now())
  }

  judge({ plan, life }: Application, promises: Promises, extra: number): void {
    const options = life?.options
    this.#mostInFlight = Math.max(this.#mostInFlight, options?.concurrency?.max ?? 8)
    this.#shortestProbeMs = Math.min(this.#shortestProbeMs, options?.retry?.probeIntervalMs ?? WINDOW_MS)
    const since = performance.now() - WINDOW_MS
    for (const list of [this.#refused, this.#incidents]) while ((list[0] ?? since) < since) list.shift()
    const bound =
      (this.#incidents.length + 1) * (this.#mostInFlight + IN_A_ROW) + WINDOW_MS / this.#shortestProbeMs
    promises.within('refusals', plan.name, this.#refused.length + extra, bound, 'requests')
  }
}
