/** A service that answers nothing is asked less and less often: what failed is not sent again without a wait. */
import type { LifeRecord } from './life-record.ts'

/** A request that took longer gives its place to another one, which is no storm. */
const QUICK_MS = 200
const DEFAULT_CONCURRENCY = 8
/** Waits are random, from nothing to the longest. The sum of 40 is half of the largest one; a quarter is too rare to be seen. */
const WAITS = 40
const LEAST_PART = 0.25
const DEFAULT_BASE_MS = 100
const DEFAULT_MAX_MS = 30_000

/** A request is over. `isFailed`: no answer, or one that says that the service as a whole does not work. */
export function noteRequest(life: LifeRecord, sentAt: number, now: number, isFailed: boolean): void {
  if (!isFailed || now - sentAt > QUICK_MS) life.failedAt.length = 0
  else life.failedAt.push(now)
}

/** What is wrong with the requests that failed in a row; `undefined`: nothing. */
export function stormOf({ failedAt, slot }: LifeRecord): string | undefined {
  const { concurrency, retry = {} } = slot.options
  const { baseMs = DEFAULT_BASE_MS, maxMs = DEFAULT_MAX_MS } = retry
  const growing = Math.max(0, Math.ceil(Math.log2(maxMs / baseMs)))
  // Those that are in flight together fail together; each time that happens, half of them may be.
  const first = 2 * (concurrency?.max ?? DEFAULT_CONCURRENCY)
  if (failedAt.length <= first + growing + WAITS) return undefined
  const tookMs = (failedAt.at(-1) ?? 0) - (failedAt.at(-1 - WAITS) ?? 0)
  const leastMs = WAITS * maxMs * LEAST_PART
  if (tookMs >= leastMs) return undefined
  return `${WAITS} requests failed within ${Math.round(tookMs)} ms; retry.maxMs is ${maxMs}`
}
