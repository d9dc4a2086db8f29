/** `SDK-HMAC-SHA256 Access=…`: the scheme of the generated cloud SDKs. It has no scope, so the secret itself signs. */
import { canonicalize, hmac, type SignableRequest, type SigningKey } from './canonical.ts'

const ALGORITHM = 'SDK-HMAC-SHA256'

/**
 * Value of the Authorization header.
 *
 * @throws TypeError if the headers have no X-Sdk-Date
 */
export function signSdk(request: SignableRequest, key: SigningKey): string {
  const { hash, date, signedHeaders } = canonicalize(request)
  const signature = hmac(key.secretKey, `${ALGORITHM}\n${date}\n${hash}`).toString('hex')
  return `${ALGORITHM} Access=${key.accessKey}, SignedHeaders=${signedHeaders}, Signature=${signature}`
}
