/** The vocabulary of authentication: credentials and identity. Types only. */

/** `'sdk'`: `SDK-HMAC-SHA256 Access=`; `'dis'`: `Credential=…/dis/sdk_request`; `'derived'`: `V11-HMAC-SHA256`. */
export type SigningScheme = 'sdk' | 'dis' | 'derived'

/** Keys that sign requests. Temporary keys have a `securityToken`. */
export interface AccessKeys {
  readonly accessKey: string
  readonly secretKey: string
  readonly securityToken?: string
}

/** An IAM token, sent as `X-Auth-Token`. */
export interface AuthToken {
  readonly token: string
}

export type Credentials = AccessKeys | AuthToken

/** Gives credentials for requests. */
export interface CredentialSource {
  /** Credentials for the next request. Rejects with a DisCredentialsError if there are none now. */
  get(): Promise<Credentials>
  /** The project of requests with these credentials. Rejects with a DisCredentialsError if it cannot be found. */
  projectId(held: Credentials): Promise<string>
  /** Notes that the service refused a request with these credentials. To be called before {@link refresh}. */
  refused(held: Credentials): void
  /** Renews refused credentials. True if the next `get` may give others. */
  refresh(): Promise<boolean>
  /** Aborts a running request. From now on `get` rejects if it needs a request. */
  close(): Promise<void>
}

/** What a signature covers besides the request. */
export interface Identity {
  /** As in the Host header. */
  readonly host: string
  readonly region: string
  readonly projectId: string
  readonly signing: SigningScheme
}
