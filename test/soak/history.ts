/** The history of a run: time, who, what. It goes to a file as it happens, so that a run that is ended leaves it, too. */
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export class History {
  readonly path: string
  readonly #isQuiet: boolean
  readonly #startedAt = performance.now()

  /** @param name of the file, in `dir`, which is made */
  constructor(dir: string, name: string, isQuiet: boolean) {
    mkdirSync(dir, { recursive: true })
    this.path = join(dir, name)
    this.#isQuiet = isQuiet
    writeFileSync(this.path, '')
  }

  get seconds(): number {
    return (performance.now() - this.#startedAt) / 1_000
  }

  add(who: string, what: string): void {
    this.#write(`${this.seconds.toFixed(2).padStart(9)} s  ${who.padEnd(9)} ${what}`, this.#isQuiet)
  }

  /** Text that is printed in any case. */
  print(text: string): void {
    this.#write(text, false)
  }

  #write(text: string, isQuiet: boolean): void {
    appendFileSync(this.path, `${text}\n`)
    if (!isQuiet) console.log(text)
  }
}
