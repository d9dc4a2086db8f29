/** Who gives credentials that end: the words that the sources below share. */
import type { Credentials } from './identity.ts'

/** Credentials as they were given. */
export interface Provided {
  readonly credentials: Credentials
  /** When they end, in ms since the epoch; undefined if the service does not say. For display. */
  readonly endsAt: number | undefined
  /** How long they last from now on; 0 or less if they seem to be over, undefined if the service does not say. */
  readonly lifetimeMs: number | undefined
  /** The project they belong to, where the giver says it. */
  readonly projectId: string | undefined
}

/** One source of credentials. It keeps nothing: when to ask is decided elsewhere. */
export interface Provider {
  /** A refusal, asked for too often, locks somebody's user or key. */
  readonly canLock: boolean
  /** Rejects with a DisCredentialsError. */
  provide(): Promise<Provided>
  /** Ends a question on its way. */
  close(): Promise<void>
}
