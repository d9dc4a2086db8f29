/** The interface of all sources whose credentials end. */
import type { Credentials } from './identity.ts'

/** Credentials, with what their source says about them. */
export interface Provided {
  readonly credentials: Credentials
  /** When they end, in ms since the epoch; undefined if the service does not say. For display. */
  readonly endsAt: number | undefined
  /** How long they last from now on; 0 or less if they seem to be over, undefined if the service does not say. */
  readonly lifetimeMs: number | undefined
  /** The project of the credentials; undefined if the source does not say. */
  readonly projectId: string | undefined
}

/** One source of credentials. It keeps none: `RenewingCredentials` keeps them and decides when to ask. */
export interface Provider {
  /** Whether repeated refusals lock a user or a key. */
  readonly canLock: boolean
  /** Asks the source. Rejects with a DisCredentialsError. */
  provide(): Promise<Provided>
  /** Aborts a running request. */
  close(): Promise<void>
}
