/** `SDK-HMAC-SHA256 Credential=…/dis/sdk_request`: the scheme of the official DIS SDKs, scoped to a day and a region. */
import {
  type CanonicalRequest,
  canonicalize,
  hmac,
  memoizeLast,
  type SignableRequest,
  type SigningKey,
  type SigningScope
} from './canonical.ts'

/**
 * Value of the Authorization header.
 *
 * @throws TypeError if the headers have no X-Sdk-Date
 */
export function signDis(request: SignableRequest, key: SigningKey, scope: SigningScope): string {
  return signScoped('SDK-HMAC-SHA256', canonicalize(request), key, scope)
}

/** The same form with another algorithm name and secret, for the V11 scheme of the DIS SDKs. */
export function signScoped(
  algorithm: string,
  { hash, date, signedHeaders }: CanonicalRequest,
  { accessKey, secretKey }: SigningKey,
  { region, service }: SigningScope
): string {
  const day = date.slice(0, 8)
  const credential = `${day}/${region}/${service}/sdk_request`
  const key = scopedKey(secretKey, day, region, service)
  const signature = hmac(key, `${algorithm}\n${date}\n${credential}\n${hash}`).toString('hex')
  return `${algorithm} Credential=${accessKey}/${credential}, SignedHeaders=${signedHeaders}, Signature=${signature}`
}

const scopedKey = memoizeLast((secret: string, day: string, region: string, service: string) =>
  [region, service, 'sdk_request'].reduce<Buffer>(hmac, hmac(`SDK${secret}`, day))
)
