/** After the last fault all drains within a time that follows from the options, from what is left, and from what went wrong before. */
import { CREDENTIAL_NEMESES } from '../nemeses/credentials.ts'
import type { Plan, SlotPlan } from '../plan.ts'

/** What is left of a slot when everything heals. */
export interface Rest {
  readonly plan: SlotPlan
  /** Lines that its application will write. */
  readonly left: number
  /** Lines in memory and on disk. */
  readonly held: number
  /** Bytes of its lines that have not arrived. A line may be far larger than its application's others. */
  readonly heldBytes: number
}

/** Starts, ticks, and what the service and the network take for an answer. */
const ALWAYS_MS = 20_000
/** An owner on another machine is dead after 12 ticks of 5 s; what it leaves is found by the next one. */
const TAKEN_OVER_MS = 75_000
/** Ordered lines go one by one, and one that is throttled waits. */
const LINE_MS = 200
/** The pace of a partition is found by trying. */
const PACE = 4
const SLOW_RETRY_MS = 30_000
const LONGEST_RETRY_AFTER_MS = 3_600_000
const DEFAULT = { probeMs: 300_000, maxMs: 30_000, timeoutMs: 30_000, lingerMs: 200 } as const

export function timeLimitMs(
  { streams, nemeses }: Pick<Plan, 'streams' | 'nemeses'>,
  rests: readonly Rest[]
): number {
  const had = (wanted: (name: string) => boolean) => nemeses.some(({ name }) => wanted(name))
  const isRefused = had((name) => Object.hasOwn(CREDENTIAL_NEMESES, name) || /clock/.test(name))
  let longest = 0
  let lines = 0
  let bytes = 0
  for (const { plan, left, held, heldBytes } of rests) {
    longest = Math.max(longest, ownMs(plan, left, isRefused, nemeses.length > 0))
    lines += left + held
    bytes += heldBytes + left * 1.5 * plan.writer.bytes
  }
  const isSlow = had((name) => name === 'stream not running' || name === 'a read-only partition')
  const saidMs = had((name) => name === 'absurd Retry-After')
    ? LONGEST_RETRY_AFTER_MS
    : had((name) => name === 'Retry-After')
      ? 60_000
      : 0
  const hasFolder = rests.some(({ plan }) => plan.folder !== null)
  const bytesPerSecond = Math.min(...streams.map((stream) => stream.bytesPerSecond))
  return (
    ALWAYS_MS +
    longest +
    lines * LINE_MS +
    (PACE * bytes * 1_000) / bytesPerSecond +
    (isSlow ? SLOW_RETRY_MS : 0) +
    saidMs +
    (hasFolder ? TAKEN_OVER_MS : 0)
  )
}

function ownMs({ options, writer }: SlotPlan, left: number, isRefused: boolean, isFaulty: boolean): number {
  const { retry, batch, requestTimeoutMs = DEFAULT.timeoutMs } = options
  const writesMs = 1.5 * writer.pauseMs * (1 + Math.ceil(left / writer.burst)) + writer.restartMs
  const probesMs = isRefused ? 2 * (retry?.probeIntervalMs ?? DEFAULT.probeMs) : 0
  // A wait that began before; one after a request whose answer never came; and one of the line itself.
  const waitsMs = isFaulty ? 2 * (retry?.maxMs ?? DEFAULT.maxMs) + requestTimeoutMs : 0
  return writesMs + probesMs + waitsMs + (batch?.lingerMs ?? DEFAULT.lingerMs)
}
