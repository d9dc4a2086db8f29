/** Who sends, and how that is proved: the words of authentication. Types only. */

/** `'sdk'`: `SDK-HMAC-SHA256 Access=`; `'dis'`: `Credential=…/dis/sdk_request`; `'derived'`: `V11-HMAC-SHA256`. */
export type SigningScheme = 'sdk' | 'dis' | 'derived'

/** Keys that sign requests; `securityToken` belongs to temporary ones. */
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

/** Where credentials come from while requests are made. */
export interface CredentialSource {
  /** Credentials for the next request. Rejects with a DisCredentialsError if there are none to be had now. */
  get(): Promise<Credentials>
  /** The project that requests made with these go to. Rejects with a DisCredentialsError if it cannot be found. */
  projectId(held: Credentials): Promise<string>
  /** The service refused a request made with these. Say so before {@link refresh}. */
  refused(held: Credentials): void
  /** After a refusal: true if the next `get` may give others. */
  refresh(): Promise<boolean>
  /** Ends what is being asked at the moment; `get` rejects from now on if it would have to ask. */
  close(): Promise<void>
}

/** What a signature covers besides the request itself. */
export interface Identity {
  /** As in the Host header. */
  readonly host: string
  readonly region: string
  readonly projectId: string
  readonly signing: SigningScheme
}
