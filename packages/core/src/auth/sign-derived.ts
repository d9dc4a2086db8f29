/**
 * `V11-HMAC-SHA256`: two schemes with one name. Both derive a key for the day and the region first. So a derived key that
 * leaks is of little use.
 */
import {
  canonicalize,
  hmac,
  memoizeLast,
  type SignableRequest,
  type SigningKey,
  type SigningScope
} from './canonical.ts'
import { signScoped } from './sign-dis.ts'

const ALGORITHM = 'V11-HMAC-SHA256'

/**
 * Value of the Authorization header as the official DIS SDK for Python makes it: scope with `/sdk_request`.
 *
 * @throws TypeError if the headers have no X-Sdk-Date
 */
export function signDerived(request: SignableRequest, key: SigningKey, scope: SigningScope): string {
  const canonical = canonicalize(request)
  const secretKey = deriveKey(key.accessKey, key.secretKey, scopeOf(canonical.date, scope))
  return signScoped(ALGORITHM, canonical, { accessKey: key.accessKey, secretKey }, scope)
}

/**
 * Value of the Authorization header as the generated cloud SDKs make it: scope without `/sdk_request`.
 *
 * @throws TypeError if the headers have no X-Sdk-Date
 */
export function signDerivedCore(request: SignableRequest, key: SigningKey, scope: SigningScope): string {
  const { hash, date, signedHeaders } = canonicalize(request)
  const info = scopeOf(date, scope)
  const derived = deriveKey(key.accessKey, key.secretKey, info)
  const signature = hmac(derived, `${ALGORITHM}\n${date}\n${info}\n${hash}`).toString('hex')
  return `${ALGORITHM} Credential=${key.accessKey}/${info}, SignedHeaders=${signedHeaders}, Signature=${signature}`
}

function scopeOf(date: string, { region, service }: SigningScope): string {
  return `${date.slice(0, 8)}/${region}/${service}`
}

/** HKDF with one block of output (RFC 5869): 32 bytes, as hex text. */
const deriveKey = memoizeLast((accessKey: string, secretKey: string, info: string) =>
  hmac(hmac(accessKey, secretKey), `${info}\u0001`).toString('hex')
)
