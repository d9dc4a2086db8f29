/** The identity of a pod in a CCE cluster: the agent on its node exchanges the pod's token for temporary keys. */
import type { Clock } from '../clock.ts'
import { DIRECT } from '../net/network.ts'
import type { WarningEvent } from '../report/events.ts'
import { cureIn } from '../report/situations.ts'
import type { Provided, Provider } from './provider.ts'
import { SecretFile } from './secret-file.ts'
import { Service } from './service.ts'
import { readTemporaryKeys } from './temporary-keys.ts'

/** The address of the agent, and the file with the pod's token. */
export interface PodIdentity {
  readonly uri: URL
  readonly tokenFile: string
}

export const POD_URI: string = 'HC_CONTAINER_CREDENTIALS_FULL_URI'
export const POD_TOKEN_FILE: string = 'HC_CONTAINER_AUTHORIZATION_TOKEN_FILE'

const TIMEOUT_MS = 5_000

export class PodIdentityProvider implements Provider {
  readonly canLock = false
  readonly #uri: URL
  readonly #token: SecretFile
  readonly #service: Service
  readonly #clock: Clock

  constructor({ tokenFile, uri }: PodIdentity, clock: Clock, warn: (event: WarningEvent) => void) {
    this.#uri = uri
    this.#token = new SecretFile(tokenFile, POD_TOKEN_FILE, warn)
    this.#clock = clock
    this.#service = new Service({
      name: 'the pod identity agent',
      origin: uri.origin,
      timeoutMs: TIMEOUT_MS,
      // The agent runs on the pod's own node.
      network: DIRECT,
      cure: cureIn('pod-identity')
    })
  }

  async provide(): Promise<Provided> {
    const token = await this.#token.read()
    const answer = await this.#service.ask({
      method: 'POST',
      path: `${this.#uri.pathname}${this.#uri.search}`,
      headers: { Authorization: token },
      secrets: [token],
      body: {}
    })
    if (answer.status >= 300) throw this.#service.failure(answer)
    const provided = readTemporaryKeys(answer, this.#clock.now())
    if (provided === undefined) throw this.#service.unreadable('something else than temporary keys')
    return provided
  }

  close(): Promise<void> {
    return this.#service.close()
  }
}
