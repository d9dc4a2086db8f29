/** Sources that only a request can find. The first that gives credentials is kept. */
import { DisCredentialsError } from '../errors.ts'
import { cureOf } from '../report/diagnoses.ts'
import type { Provided, Provider } from './provider.ts'

export class DiscoveredProvider implements Provider {
  readonly canLock = false
  readonly #providers: readonly Provider[]
  #found: Provider | undefined

  /** `providers` in the order in which they are asked. */
  constructor(providers: readonly Provider[]) {
    this.#providers = providers
  }

  async provide(): Promise<Provided> {
    if (this.#found !== undefined) return this.#found.provide()
    const said: string[] = []
    for (const provider of this.#providers) {
      try {
        const provided = await provider.provide()
        this.#found = provider
        return provided
      } catch (error) {
        if (!(error instanceof DisCredentialsError)) throw error
        said.push(error.message)
      }
    }
    const where = `none in the environment, none in a credentials file; ${said.join('; ')}`
    throw new DisCredentialsError(
      'CREDENTIALS_NOT_FOUND',
      `no credentials: ${where}`,
      cureOf('CREDENTIALS_NOT_FOUND')
    )
  }

  async close(): Promise<void> {
    await Promise.all(this.#providers.map((provider) => provider.close()))
  }
}
