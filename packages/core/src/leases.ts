/** A state that lasts while anybody holds it: several callers may want it at once, and none ends it for another. */
export class Leases {
  #held = 0

  get isHeld(): boolean {
    return this.#held > 0
  }

  /** Holds the state until the returned function is called. Further calls of that do nothing. */
  take(): () => void {
    let isOver = false
    this.#held++
    return () => {
      if (!isOver) this.#held--
      isOver = true
    }
  }
}
