/**
 * How much memory requests that are under way may hold, over all connections. A server that bounds each body alone holds
 * as many bodies as there are connections, so every buffer is asked for here before it is made.
 */
export class MemoryBudget {
  readonly maxBytes: number
  #held = 0

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes
  }

  /** Bytes that are held now. */
  get held(): number {
    return this.#held
  }

  /** A share of nothing yet, for one request. */
  share(): MemoryShare {
    let own = 0
    return {
      hold: (bytes) => {
        if (bytes > own && this.#held - own + bytes > this.maxBytes) return false
        this.#held += bytes - own
        own = bytes
        return true
      }
    }
  }
}

/** What one request holds. */
export interface MemoryShare {
  /** Holds that many bytes from now on, more or fewer than before. False, and nothing changed, if there is no room. */
  hold(bytes: number): boolean
}
