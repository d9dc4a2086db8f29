/** The keys that the service knows, its locks, and how often it had to refuse. */

/** Failures in a row that lock a key, and for how long: API gateway reference. */
const FAILURES_TO_LOCK = 5
const LOCK_MS = 300_000

interface Failures {
  inARow: number
  /** Of all times. */
  refusals: number
  lockedUntil: number
}

export class Keys {
  readonly #valid = new Set<string>()
  readonly #failures = new Map<string, Failures>()
  locks = 0
  /** All keys are refused: the address is on the list of those that failed too often. */
  isAddressLocked = false

  allow(key: string): void {
    this.#valid.add(key)
  }

  revoke(key: string): void {
    this.#valid.delete(key)
  }

  /** Of all keys. */
  get refusals(): number {
    let sum = 0
    for (const { refusals } of this.#failures.values()) sum += refusals
    return sum
  }

  /** How often requests with this key were refused. */
  refusalsOf(key: string): number {
    return this.#failures.get(key)?.refusals ?? 0
  }

  /** Ends all locks. */
  unlock(): void {
    for (const failures of this.#failures.values()) {
      failures.inARow = 0
      failures.lockedUntil = 0
    }
  }

  /** Locks a key, as after failures of somebody else. */
  lock(key: string, untilMs: number): void {
    this.#failures.set(key, { inARow: 0, refusals: this.refusalsOf(key), lockedUntil: untilMs })
  }

  /** Whether a request with this key is taken. */
  take(key: string, nowMs: number): boolean {
    const failures = this.#failures.get(key) ?? { inARow: 0, refusals: 0, lockedUntil: 0 }
    this.#failures.set(key, failures)
    if (!this.isAddressLocked && this.#valid.has(key) && nowMs >= failures.lockedUntil) {
      failures.inARow = 0
      return true
    }
    failures.refusals++
    if (nowMs >= failures.lockedUntil && ++failures.inARow >= FAILURES_TO_LOCK) {
      failures.inARow = 0
      failures.lockedUntil = nowMs + LOCK_MS
      this.locks++
    }
    return false
  }
}
