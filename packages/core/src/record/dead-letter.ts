import type { Route } from './route.ts'

/** A line that is given up for good, with the reason. */
export interface DeadLetter {
  readonly code: string
  readonly message: string
  /** Attempts that counted against it. */
  readonly attempts: number
  /** `undefined` for a line that never got one. */
  readonly route: Route | undefined
  /** Valid during the call only. */
  readonly line: Uint8Array
}
