/** request → headers that authenticate it. Pure: the time is a parameter. */
import { formatSdkDate, type SignableRequest } from './canonical.ts'
import type { Credentials, Identity, SigningScheme } from './identity.ts'
import { signDerived } from './sign-derived.ts'
import { signDis } from './sign-dis.ts'
import { signSdk } from './sign-sdk.ts'

export interface UnsignedRequest {
  readonly method: string
  readonly path: string
  readonly query: Readonly<Record<string, string | number>>
  readonly headers: Readonly<Record<string, string>>
  /** Hex SHA-256 of the body. Not called if the credentials are a token. */
  readonly payloadHash: () => string
}

/** All headers of the request, `Authorization` or `X-Auth-Token` included. `now` in ms since the epoch. */
export function authorize(
  request: UnsignedRequest,
  identity: Identity,
  credentials: Credentials,
  now: number
): Record<string, string> {
  const headers: Record<string, string> = {
    ...request.headers,
    'X-Project-Id': identity.projectId,
    host: identity.host
  }
  if ('token' in credentials) return { ...headers, 'X-Auth-Token': credentials.token }

  headers['X-Sdk-Date'] = formatSdkDate(now)
  if (credentials.securityToken !== undefined) headers['X-Security-Token'] = credentials.securityToken
  const signable: SignableRequest = {
    method: request.method,
    path: request.path,
    query: request.query,
    headers,
    payloadHash: request.payloadHash()
  }
  return { ...headers, Authorization: sign(signable, identity, credentials) }
}

/**
 * A path as it is sent. Every scheme signs a slash at its end. Verifiers of the two scoped schemes compare that with the path as it came
 * (`DefaultSigner.verify` of the Java SDK), so it is sent with the slash, as the official Java and Python SDKs send it. The verifier of
 * the other scheme adds the slash itself.
 */
export function sentPath(path: string, signing: SigningScheme): string {
  return signing === 'sdk' ? path : `${path}/`
}

function sign(
  request: SignableRequest,
  { signing, region }: Identity,
  key: { readonly accessKey: string; readonly secretKey: string }
): string {
  const scope = { region, service: 'dis' }
  switch (signing) {
    case 'sdk':
      return signSdk(request, key)
    case 'dis':
      return signDis(request, key, scope)
    case 'derived':
      return signDerived(request, key, scope)
    default: {
      const never: never = signing
      return never
    }
  }
}
