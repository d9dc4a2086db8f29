/** Planned failures of a disk in memory. */

export type DiskOperation =
  | 'list'
  | 'stat'
  | 'makeFolder'
  | 'removeFolder'
  | 'rename'
  | 'remove'
  | 'syncFolder'
  | 'create'
  | 'open'
  | 'read'
  | 'write'
  | 'truncate'
  | 'sync'
  | 'close'
  | 'lock'
  | 'touch'

export type FaultCode = 'ENOSPC' | 'EDQUOT' | 'EFBIG' | 'EIO' | 'EROFS' | 'EMFILE' | 'EACCES'

export interface DiskFault {
  /** `open`: a file that may exist. `create`: a file that must not exist. `stat`: `exists` also fails, and returns false. */
  readonly operation: DiskOperation
  /** Which use fails. 1: the next one. */
  readonly nth: number
  readonly code: FaultCode
  /** For a write: it writes so many bytes only, and returns that number. The write after it fails. */
  readonly short?: number
  /** Whether later uses fail as well, until `repair`. */
  readonly isLasting?: boolean
  /** Called each time it happens. */
  readonly happened?: () => void
}

interface Plan extends Omit<DiskFault, 'nth' | 'short'> {
  left: number
  short: number | undefined
}

/** An error as node's file system throws it. */
export class DiskError extends Error {
  readonly code: string

  constructor(code: string, operation: string, path = '') {
    super(`${code}: ${operation} '${path}'`)
    this.code = code
  }
}

export class DiskFaults {
  readonly #uses = new Map<DiskOperation, number>()
  #plans: Plan[] = []
  /** Faults that have happened. */
  count = 0

  /** How often an operation was used. */
  uses(operation: DiskOperation): number {
    return this.#uses.get(operation) ?? 0
  }

  get allUses(): number {
    let all = 0
    for (const uses of this.#uses.values()) all += uses
    return all
  }

  plan({ nth, short, ...fault }: DiskFault): void {
    this.#plans.push({ ...fault, left: nth, short })
  }

  clear(): void {
    this.#plans = []
  }

  /**
   * Counts a use. Returns the bytes that may be written; `undefined`: all.
   * @throws DiskError if a failure is planned
   */
  use(operation: DiskOperation, path?: string): number | undefined {
    this.#uses.set(operation, this.uses(operation) + 1)
    for (const plan of this.#plans) {
      if (plan.operation !== operation || --plan.left > 0) continue
      if (plan.short !== undefined) {
        const { short } = plan
        plan.short = undefined
        plan.left = 1
        plan.happened?.()
        return short
      }
      this.count++
      plan.happened?.()
      if (plan.isLasting !== true) this.#plans.splice(this.#plans.indexOf(plan), 1)
      throw new DiskError(plan.code, operation, path)
    }
    return undefined
  }
}
