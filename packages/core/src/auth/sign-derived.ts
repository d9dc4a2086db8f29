/**
 * `V11-HMAC-SHA256`: two schemes that share a name. Both derive a key for the day and region first, so that
 * a leaked signature key opens little.
 */
import { canonicalize, hmac, type SignableRequest, type SigningKey, type SigningScope } from './canonical.ts'
import { signScoped } from './sign-dis.ts'

const ALGORITHM = 'V11-HMAC-SHA256'

/** Value of the Authorization header as the official DIS SDK for Python makes it: scope with `/sdk_request`. */
export function signDerived(request: SignableRequest, key: SigningKey, scope: SigningScope): string {
  const { date } = canonicalize(request)
  const derived = deriveKey(key, `${date.slice(0, 8)}/${scope.region}/${scope.service}`)
  return signScoped(ALGORITHM, request, key, derived, scope)
}

/** Value of the Authorization header as the generated cloud SDKs make it: scope without `/sdk_request`. */
export function signDerivedCore(
  request: SignableRequest,
  key: SigningKey,
  { region, service }: SigningScope
): string {
  const { hash, date, signedHeaders } = canonicalize(request)
  const info = `${date.slice(0, 8)}/${region}/${service}`
  const signature = hmac(deriveKey(key, info), `${ALGORITHM}\n${date}\n${info}\n${hash}`).toString('hex')
  return `${ALGORITHM} Credential=${key.accessKey}/${info}, SignedHeaders=${signedHeaders}, Signature=${signature}`
}

/** HKDF with one block of output (RFC 5869): 32 bytes, as hex text. */
function deriveKey({ accessKey, secretKey }: SigningKey, info: string): string {
  return hmac(hmac(accessKey, secretKey), `${info}\u0001`).toString('hex')
}
