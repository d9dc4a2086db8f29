/** One input → its time, the memory that it took, and its error. */
import { setImmediate } from 'node:timers/promises'
import { getHeapStatistics } from 'node:v8'
import type { Kind } from './kind.ts'

export interface Measured {
  /** How long it was busy: on a machine that has other work, less than it took. One that never ends is found by who waits for it. */
  readonly ms: number
  /** By how much it moved what the process holds, or the most that the process ever held: whichever is more. */
  readonly bytes: number
  readonly error: unknown
}

const strays: unknown[] = []

/** From now on rejections and exceptions that nobody handles belong to the input that is being used. */
export function noteStrays(): void {
  process.on('unhandledRejection', (reason) => strays.push(reason ?? new Error('rejected with nothing')))
  process.on('uncaughtException', (error) => strays.push(error))
}

export async function measure(kind: Kind, input: Buffer): Promise<Measured> {
  const before = held()
  const mostBefore = mostHeld()
  const startedAt = performance.now()
  const busyBefore = busyMs()
  let error: unknown
  try {
    const checked = kind.check(input)
    if (checked !== undefined) {
      await checked
      // A rejection is unhandled only when the event loop has turned.
      await setImmediate()
    }
  } catch (thrown) {
    error = thrown ?? new Error('threw nothing')
  }
  const ms = Math.min(performance.now() - startedAt, busyMs() - busyBefore)
  const bytes = Math.max(0, held() - before, mostHeld() - mostBefore)
  const [stray] = strays.splice(0)
  if (error === undefined && stray !== undefined)
    error = new Error(`nobody handled: ${messageOf(stray)}`, { cause: stray })
  return { ms, bytes, error }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
}

/** Processor time of this process so far. */
function busyMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}

function held(): number {
  const { used_heap_size: heap, external_memory: external } = getHeapStatistics()
  return heap + external
}

/** The largest resident set so far. It sees what was taken and given back within one input. */
function mostHeld(): number {
  return process.resourceUsage().maxRSS * 1_024
}
