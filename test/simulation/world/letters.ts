/** The file of dead letters of one life: it counts them, and its bytes as far as they matter for its limit. */
import type { LetterFile } from '../../../packages/core/src/testing.ts'

export class Letters implements LetterFile {
  readonly #append: () => void
  bytes = 0

  constructor(append: () => void) {
    this.#append = append
  }

  append(text: string): void {
    this.bytes += Buffer.byteLength(text) + 1
    this.#append()
  }

  close(): void {}
}
