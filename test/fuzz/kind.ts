/** What the runner needs of a kind of input. */
import type { Random } from './generate/random.ts'

/**
 * A kind that is ready to be used. An input is bytes, also where they describe something else (a list of arguments, a folder):
 * so each can be kept in a file, printed and made smaller.
 */
export interface Kind {
  /** Makes an input from nothing but `random`, so that seed, kind and index lead to the same bytes again. */
  generate(random: Random): Buffer
  /** Uses the input as the product would. Throws, or rejects, if a promise is broken. */
  check(input: Buffer): void | Promise<void>
  /** Releases what `open` made. */
  close?(): void | Promise<void>
}

/** Opens a kind. It may use the folder `dir`, which is empty, for itself, until the end of the process. */
export type OpenKind = (dir: string) => Kind | Promise<Kind>

/** @throws Error with `promise`, if it is not kept */
export function expect(isKept: boolean, promise: string): void {
  if (!isKept) throw new Error(promise)
}
