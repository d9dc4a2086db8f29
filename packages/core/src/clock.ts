/** Time and chance as a parameter, so that no test has to wait and every run can be repeated. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Calls `fire` once after `delayMs`; the returned function cancels it. */
  timer(delayMs: number, fire: () => void): () => void
  /** Uniform in [0, 1). */
  random(): number
}

/** The clock of the machine. Its timers keep the process alive: one is only ever set while lines wait. */
export const systemClock: Clock = {
  now: () => Date.now(),
  timer(delayMs, fire) {
    const handle = setTimeout(fire, delayMs)
    return () => clearTimeout(handle)
  },
  random: () => Math.random()
}
