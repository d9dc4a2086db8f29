/** A signed request as it goes to the network. The stage before decides everything; the network only sends. */
export interface WireRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Path and query, as signed. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  /** Exactly the bytes that were hashed. */
  readonly body: Buffer | null
}

/** What came back. A failure to send is a value like any other answer. */
export type WireReply =
  | {
      readonly kind: 'answer'
      readonly status: number
      /** Lower-case names. */
      readonly headers: Readonly<Record<string, string>>
      readonly body: Buffer
    }
  | {
      readonly kind: 'failure'
      /** `NETWORK_DNS`, `NETWORK_TLS` …, of the credentials, or Node's own where those say nothing. */
      readonly code: string
      readonly message: string
      /** True if the service may have taken the records: the request was, or may have been, sent. */
      readonly ambiguous: boolean
      /** What to do, where the code does not say it; options in braces. */
      readonly cure?: string
    }

/** The only thing the rest knows of the network. */
export interface Transport {
  send(request: WireRequest): Promise<WireReply>
  /** Ends idle connections, and those in use at once. */
  close(): Promise<void>
}
