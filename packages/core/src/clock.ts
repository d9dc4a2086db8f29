import { outside } from './async-context.ts'

/** Time and chance as a parameter, so that no test has to wait and every run can be repeated. */
export interface Clock {
  /** Milliseconds since the epoch: wall time, which may jump. For timestamps and signatures. */
  now(): number
  /** Milliseconds from some moment on; never goes back. For durations. */
  monotonic(): number
  /** Calls `fire` once after `delayMs`; the returned function cancels it. Does not keep the process alive. */
  timer(delayMs: number, fire: () => void): () => void
  /** Uniform in [0, 1). */
  random(): number
  /** Keeps the process alive until the returned function is called. */
  keepAlive(): () => void
}

/** A timer of Node's with a longer delay fires at once. */
export const LONGEST_TIMER_MS = 2_147_483_647

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  timer(delayMs, fire) {
    const handle = outside(() => setTimeout(fire, Math.min(delayMs, LONGEST_TIMER_MS)))
    // A process ends when the application has nothing more to do; what is left to be sent is the concern of process-exit.ts.
    handle.unref()
    return () => clearTimeout(handle)
  },
  random: () => Math.random(),
  keepAlive() {
    const handle = setInterval(() => {}, LONGEST_TIMER_MS)
    return () => clearInterval(handle)
  }
}

/** Calls `fire` every `intervalMs` until the returned function is called. */
export function every(clock: Clock, intervalMs: number, fire: () => void): () => void {
  let cancel = clock.timer(intervalMs, again)
  function again(): void {
    cancel = clock.timer(intervalMs, again)
    fire()
  }
  return () => cancel()
}
