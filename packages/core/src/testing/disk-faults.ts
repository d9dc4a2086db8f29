/** What can go wrong with a disk in memory, and when. */

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
  /** `open`: of a file that may exist; `create`: of one that must not. `stat`: `exists` says false then. */
  readonly operation: DiskOperation
  /** 1: the next use. */
  readonly nth: number
  readonly code: FaultCode
  /** Of a write: it writes so many bytes and says so; the one after it fails. */
  readonly short?: number
  /** Later uses fail as well, until `repair`. */
  readonly isLasting?: boolean
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
   * Counts a use; a number: only so many bytes may be written.
   * @throws DiskError if it is planned to fail
   */
  use(operation: DiskOperation, path?: string): number | undefined {
    this.#uses.set(operation, this.uses(operation) + 1)
    for (const plan of this.#plans) {
      if (plan.operation !== operation || --plan.left > 0) continue
      if (plan.short !== undefined) {
        const { short } = plan
        plan.short = undefined
        plan.left = 1
        return short
      }
      this.count++
      if (plan.isLasting !== true) this.#plans.splice(this.#plans.indexOf(plan), 1)
      throw new DiskError(plan.code, operation, path)
    }
    return undefined
  }
}
