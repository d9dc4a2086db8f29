/** A file with a secret that another program renews. It is read each time, and the secret is not kept. */
import { open } from 'node:fs/promises'
import { DisCredentialsError } from '../errors.ts'
import { warningOf } from '../report/diagnoses.ts'
import type { WarningEvent } from '../report/events.ts'
import { cureIn } from '../report/situations.ts'
import { exposureOf } from './exposure.ts'

export class SecretFile {
  readonly #path: string
  readonly #name: string
  readonly #warn: (event: WarningEvent) => void
  #hasWarned = false

  /** `name`: the variable or key that the path comes from. `warn` is called once, if others can change the file. */
  constructor(path: string, name: string, warn: (event: WarningEvent) => void) {
    this.#path = path
    this.#name = name
    this.#warn = warn
  }

  /** The trimmed text. Rejects with a DisCredentialsError. */
  async read(): Promise<string> {
    let text: string
    try {
      text = (await this.#readFile()).trim()
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'
      throw this.#unreadable(`cannot be read (${code})`)
    }
    // The text goes into a header: a line break would begin another header.
    if (!/^[\x20-\x7e]+$/.test(text)) throw this.#unreadable('does not hold one line of ASCII text')
    return text
  }

  async #readFile(): Promise<string> {
    const file = await open(this.#path, 'r')
    try {
      const exposure = this.#hasWarned ? undefined : exposureOf(this.#path, await file.stat(), true)
      if (exposure !== undefined) {
        this.#hasWarned = true
        this.#warn(warningOf('CREDENTIALS_FILE_OPEN', exposure))
      }
      return await file.readFile('utf8')
    } finally {
      await file.close()
    }
  }

  #unreadable(why: string): DisCredentialsError {
    const message = `${this.#path}, the file in ${this.#name}, ${why}`
    return new DisCredentialsError('CREDENTIALS_UNREADABLE', message, cureIn('secret-file'))
  }
}
