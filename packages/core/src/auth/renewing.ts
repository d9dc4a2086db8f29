/**
 * Credentials that end. The first request gets them; later ones renew them while the old ones still work.
 *
 * There is no timer, so an idle process sleeps. A request that finds the credentials old starts the renewal, and uses the
 * old ones itself. If the renewal fails, the old ones are used to their end.
 *
 * All times are monotonic, so a jump of the wall clock changes nothing. Monotonic time stands still while a machine sleeps:
 * credentials that end meanwhile are refused once, and then renewed.
 */
import type { Clock } from '../clock.ts'
import { DisCredentialsError } from '../errors.ts'
import { cureOf } from '../report/diagnoses.ts'
import type { WarningEvent } from '../report/events.ts'
import type { Credentials } from './identity.ts'
import type { Provided, Provider } from './provider.ts'
import { unsendable } from './sendable.ts'
import { SingleFlight } from './single-flight.ts'

export interface RenewingParts {
  readonly provider: Provider
  readonly clock: Clock
  readonly warn: (event: WarningEvent) => void
  /** True if the caller of `get` reports failures itself. Then `warn` receives only failures in the background. */
  readonly isFailureHeard?: boolean
}

/** Credentials and their schedule, in monotonic time. */
interface Held extends Provided {
  readonly renewAt: number
  readonly useUntil: number
}

// The official cores renew 40 minutes before the end. For short lifetimes that is too long: a tenth of it is used.
const RENEW_BEFORE_MS = 40 * 60_000
const RENEW_BEFORE_SHARE = 0.1
// For credentials that seem to be over when they arrive: the clock of this machine is wrong, and DIS decides whether they
// work. The time of use doubles each time in a row, so that the service is not asked all the time.
const SHORTEST_USE_MS = 10_000
const LONGEST_USE_MS = 300_000

export class RenewingCredentials {
  readonly #parts: RenewingParts
  readonly #renewal: SingleFlight<Held>
  #held: Held | undefined
  #refused: Credentials | undefined
  /** How often in a row the credentials seemed to be over when they arrived. */
  #overAtOnce = 0

  constructor(parts: RenewingParts) {
    this.#parts = parts
    this.#renewal = new SingleFlight({
      clock: parts.clock,
      ask: () => this.#renew(),
      canLock: parts.provider.canLock,
      failed: (error) => this.#warn(error)
    })
  }

  async get(): Promise<Credentials> {
    const held = this.#usable()
    if (held === undefined) return (await this.#renewal.ask()).credentials
    // This request has credentials, so a failed renewal is not its error. `failed` reports it.
    if (this.#parts.clock.monotonic() >= held.renewAt) this.#renewal.ask().catch(() => {})
    return held.credentials
  }

  /** The project of these credentials; undefined if the source did not say. */
  projectOf(credentials: Credentials): string | undefined {
    return this.#held?.credentials === credentials ? this.#held.projectId : undefined
  }

  /** When these credentials end, in ms since the epoch; undefined if the source did not say. */
  endOf(credentials: Credentials): number | undefined {
    return this.#held?.credentials === credentials ? this.#held.endsAt : undefined
  }

  refused(credentials: Credentials): void {
    if (this.#held?.credentials === credentials) this.#refused = credentials
  }

  /** Asks for other credentials after a refusal. Many requests may be refused with the same ones; only the first asks. */
  async refresh(): Promise<boolean> {
    const refused = this.#refused
    if (refused !== undefined && this.#held?.credentials !== refused) return true
    const before = this.#held?.credentials
    const { credentials } = await this.#renewal.ask()
    return credentials !== before
  }

  close(): Promise<void> {
    return this.#parts.provider.close()
  }

  #usable(): Held | undefined {
    const held = this.#held
    return held !== undefined && this.#parts.clock.monotonic() < held.useUntil ? held : undefined
  }

  async #renew(): Promise<Held> {
    const { clock, provider } = this.#parts
    const provided = await provider.provide()
    const wrong = unsendable(provided.credentials)
    if (wrong !== undefined) {
      throw new DisCredentialsError(
        'CREDENTIALS_UNREADABLE',
        `the credentials cannot be sent: their ${wrong.field} is ${wrong.given}`,
        cureOf('CREDENTIALS_UNREADABLE')
      )
    }
    const { lifetimeMs = Number.POSITIVE_INFINITY } = provided
    this.#overAtOnce = lifetimeMs > 0 ? 0 : this.#overAtOnce + 1
    const useMs =
      lifetimeMs > 0 ? lifetimeMs : Math.min(LONGEST_USE_MS, SHORTEST_USE_MS * 2 ** (this.#overAtOnce - 1))
    const useUntil = clock.monotonic() + useMs
    const before = this.#held
    this.#held = {
      ...provided,
      // Equal credentials stay the same object. So a late refusal of old credentials can be told from a new one.
      credentials:
        before !== undefined && areSame(before.credentials, provided.credentials)
          ? before.credentials
          : provided.credentials,
      useUntil,
      renewAt: useUntil - Math.min(RENEW_BEFORE_MS, useMs * RENEW_BEFORE_SHARE)
    }
    return this.#held
  }

  #warn({ reason, message, cure }: DisCredentialsError): void {
    const { clock, isFailureHeard } = this.#parts
    const until = this.#usable()?.useUntil
    if (until === undefined && isFailureHeard === true) return
    const rest =
      until === undefined || until === Number.POSITIVE_INFINITY
        ? ''
        : ` (the present ones are used until ${new Date(clock.now() + until - clock.monotonic()).toISOString()})`
    this.#parts.warn({ code: reason, message: `${message}${rest}`, cure })
  }
}

function areSame(one: Credentials, other: Credentials): boolean {
  if ('token' in one) return 'token' in other && one.token === other.token
  if ('token' in other) return false
  return (
    one.accessKey === other.accessKey &&
    one.secretKey === other.secretKey &&
    one.securityToken === other.securityToken
  )
}
