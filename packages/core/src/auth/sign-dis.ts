/** `SDK-HMAC-SHA256 Credential=…/dis/sdk_request`: the scheme of the official DIS SDKs, limited to a day and region. */
import { canonicalize, hmac, type SignableRequest, type SigningKey, type SigningScope } from './canonical.ts'

/** Value of the Authorization header. */
export function signDis(request: SignableRequest, key: SigningKey, scope: SigningScope): string {
  return signScoped('SDK-HMAC-SHA256', request, key, key.secretKey, scope)
}

/** The same form with another name and secret; the V11 scheme of the DIS SDKs uses it too. */
export function signScoped(
  algorithm: string,
  request: SignableRequest,
  { accessKey }: SigningKey,
  secret: string,
  { region, service }: SigningScope
): string {
  const { hash, date, signedHeaders } = canonicalize(request)
  const day = date.slice(0, 8)
  const credentialScope = `${day}/${region}/${service}/sdk_request`
  const signature = hmac(
    scopedKey(secret, day, region, service),
    `${algorithm}\n${date}\n${credentialScope}\n${hash}`
  ).toString('hex')
  return `${algorithm} Credential=${accessKey}/${credentialScope}, SignedHeaders=${signedHeaders}, Signature=${signature}`
}

function scopedKey(secret: string, day: string, region: string, service: string): Buffer {
  return [region, service, 'sdk_request'].reduce<Buffer>(hmac, hmac(`SDK${secret}`, day))
}
