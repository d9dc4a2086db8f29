/** What the two processes tell each other: the runner, which watches, and the child, which uses the inputs. */

/** One kind after another; of each, inputs by index, or those of files. */
export interface Job {
  readonly kinds: readonly string[]
  readonly seed: number
  /** The first index of the first kind. The others begin at 0. */
  readonly from: number
  /** A kind ends before this index, or after so long. */
  readonly until: number
  readonly milliseconds: number
  /** Files that hold the inputs, instead of `seed` and `from`. */
  readonly files: readonly string[]
  /** Only tells the bytes of the inputs. */
  readonly isShown: boolean
  /** A folder for the kinds, and the file in which the child says where it is. */
  readonly dir: string
  readonly progress: string
}

export type Reason =
  | 'broke a promise'
  | 'took too long'
  | 'took too much memory'
  | 'did not end'
  | 'ended the process'

/** An input that failed. `bytes` in hex: made smaller, if that was possible. */
export interface Finding {
  readonly type: 'finding'
  readonly kind: string
  readonly index: number
  readonly reason: Reason
  readonly message: string
  readonly bytes: string
}

/** What the inputs of a kind took. Each `…Index` is that of the input with the largest value. */
export interface Figures {
  readonly type: 'figures'
  readonly kind: string
  readonly inputs: number
  readonly milliseconds: number
  readonly slowestMs: number
  readonly slowestIndex: number
  readonly largestBytes: number
  readonly largestIndex: number
}

export type Message = Finding | Figures | { readonly type: 'done' }

/** For a single input, in processor time. The slowest kept one takes 1.8 s on a slow machine. */
export const MAX_MS = 3_000
export const MAX_BYTES: number = 64 * 1_048_576
/** An input that takes so long is taken for one that never ends. */
export const HANG_MS = 10_000

/** Where the child is: which input of which kind, and a number that changes with each. */
export const PROGRESS_BYTES = 12
