/**
 * The agency of an ECS server: temporary keys from the server's metadata service.
 *
 * The provider gets a metadata token first and sends it along. A service without tokens answers 404, 405 or 503; then the
 * provider works without one for a day. A 401 means that tokens are mandatory now: it gets one and asks once more.
 */
import type { Clock } from '../clock.ts'
import { DIRECT } from '../net/network.ts'
import { cureIn } from '../report/situations.ts'
import type { Provided, Provider } from './provider.ts'
import { unsendable } from './sendable.ts'
import { type Answer, Service } from './service.ts'
import { readTemporaryKeys } from './temporary-keys.ts'

/** A link-local address: it leads to the server's own host and nowhere else. */
export const METADATA_ORIGIN: string = 'http://169.254.169.254'

const TOKEN_PATH = '/meta-data/latest/api/token'
const KEYS_PATH = '/openstack/latest/securitykey'
/** The official Python core waits three seconds. */
const TIMEOUT_MS = 3_000
const TOKEN_TTL_SECONDS = 21_600
const ASK_FOR_A_TOKEN_AGAIN_MS = 24 * 3_600_000
const NO_AGENCY = 'Please configure Cloud Service Agency first'

export class MetadataProvider implements Provider {
  readonly canLock = false
  readonly #service: Service
  readonly #clock: Clock
  #token: string | undefined
  /** Monotonic time. */
  #withoutTokenUntil = Number.NEGATIVE_INFINITY

  constructor(origin: string, clock: Clock) {
    this.#clock = clock
    this.#service = new Service({
      name: 'the ECS metadata service',
      origin,
      timeoutMs: TIMEOUT_MS,
      // Never through a proxy: the proxy would get the keys of its own server, or none.
      network: DIRECT,
      cure: cureIn('agency')
    })
  }

  async provide(): Promise<Provided> {
    if (this.#token === undefined && this.#clock.monotonic() >= this.#withoutTokenUntil)
      await this.#fetchToken(false)
    let answer = await this.#askForKeys()
    if (answer.status === 401 && !answer.body.includes(NO_AGENCY)) {
      await this.#fetchToken(true)
      answer = await this.#askForKeys()
    }
    if (answer.status >= 300) throw this.#service.failure(answer)
    const provided = readTemporaryKeys(answer, this.#clock.now())
    if (provided === undefined) throw this.#service.unreadable('something else than temporary keys')
    return provided
  }

  close(): Promise<void> {
    return this.#service.close()
  }

  #askForKeys(): Promise<Answer> {
    const token = this.#token
    return this.#service.ask({
      method: 'GET',
      path: KEYS_PATH,
      headers: token === undefined ? {} : { 'X-Metadata-Token': token },
      secrets: token === undefined ? [] : [token]
    })
  }

  async #fetchToken(isMandatory: boolean): Promise<void> {
    const answer = await this.#service.ask({
      method: 'PUT',
      path: TOKEN_PATH,
      headers: { 'X-Metadata-Token-Ttl-Seconds': String(TOKEN_TTL_SECONDS) },
      secrets: []
    })
    this.#token = undefined
    if (answer.status === 200) {
      const token = answer.body.toString('utf8').trim()
      // It goes into a header.
      if (unsendable({ token }) !== undefined) throw this.#service.unreadable('a token that cannot be sent')
      this.#token = token
      return
    }
    if (isMandatory || ![404, 405, 503].includes(answer.status)) throw this.#service.failure(answer)
    this.#withoutTokenUntil = this.#clock.monotonic() + ASK_FOR_A_TOKEN_AGAIN_MS
  }
}
