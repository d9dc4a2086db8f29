/**
 * Credentials that end: asked for when first needed, renewed while the old ones still work.
 *
 * There is no timer: a request that finds them old starts the renewal and goes out with the old ones, so an
 * idle process sleeps. The old ones are used to their end if renewing fails.
 *
 * Monotonic time stands still while a machine sleeps. Credentials that ended meanwhile are refused once, and then renewed.
 */
import type { Clock } from '../clock.ts'
import type { DisCredentialsError } from '../errors.ts'
import type { WarningEvent } from '../report/events.ts'
import type { Credentials } from './identity.ts'
import type { Provided, Provider } from './provider.ts'
import { SingleFlight } from './single-flight.ts'

export interface RenewingParts {
  readonly provider: Provider
  readonly clock: Clock
  readonly warn: (event: WarningEvent) => void
  /** A failure to get any is heard by whoever asked, so only one in the background is warned of. */
  readonly isFailureHeard?: boolean
}

/** Credentials and their schedule. Both times are monotonic: the wall clock may jump. */
interface Held extends Provided {
  readonly renewAt: number
  readonly useUntil: number
}

// The official cores renew 40 minutes before the end; of short-lived credentials a tenth has to do.
const RENEW_BEFORE_MS = 40 * 60_000
const RENEW_BEFORE_SHARE = 0.1
// Credentials that seem to be over when they come: the clock of this machine is wrong. DIS decides whether they work. Each
// time in a row they are used twice as long, so that the service is not asked all the time.
const SHORTEST_USE_MS = 10_000
const LONGEST_USE_MS = 300_000

export class RenewingCredentials {
  readonly #parts: RenewingParts
  readonly #renewal: SingleFlight<Held>
  #held: Held | undefined
  #refused: Credentials | undefined
  /** How often in a row the credentials seemed to be over when they came. */
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
    // Whoever asks for the renewed ones hears of a failure; this request has what it needs.
    if (this.#parts.clock.monotonic() >= held.renewAt) this.#renewal.ask().catch(() => {})
    return held.credentials
  }

  /** The project that these belong to, where their giver said so. */
  projectOf(credentials: Credentials): string | undefined {
    return this.#held?.credentials === credentials ? this.#held.projectId : undefined
  }

  /** When these end, in ms since the epoch, where their giver said so. */
  endOf(credentials: Credentials): number | undefined {
    return this.#held?.credentials === credentials ? this.#held.endsAt : undefined
  }

  refused(credentials: Credentials): void {
    if (this.#held?.credentials === credentials) this.#refused = credentials
  }

  /** Many requests can be refused for the same credentials; only the first of them has to ask for others. */
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
    const { lifetimeMs = Number.POSITIVE_INFINITY } = provided
    this.#overAtOnce = lifetimeMs > 0 ? 0 : this.#overAtOnce + 1
    const useMs =
      lifetimeMs > 0 ? lifetimeMs : Math.min(LONGEST_USE_MS, SHORTEST_USE_MS * 2 ** (this.#overAtOnce - 1))
    const useUntil = clock.monotonic() + useMs
    const before = this.#held
    this.#held = {
      ...provided,
      // The same ones again are the same object: that is how a late refusal is told from a new one.
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
