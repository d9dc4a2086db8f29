import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Authorization, Scheme } from './authorization.ts'
import { canonicalRequests, type SignedRequest, sha256 } from './canonical.ts'

/**
 * The four AK/SK schemes. All sign the same kind of canonical request; they differ in how the key is made
 * from the secret, and in whether the scope has a line of its own in the string to sign.
 */

type Key = string | Buffer

const ALGORITHM: Readonly<Record<Scheme, string>> = {
  access: 'SDK-HMAC-SHA256',
  scoped: 'SDK-HMAC-SHA256',
  'derived-core': 'V11-HMAC-SHA256',
  'derived-scoped': 'V11-HMAC-SHA256'
}

function hmac(key: Key, data: string | Buffer): Buffer {
  return createHmac('sha256', key).update(data).digest()
}

/** Signing key of a scheme. The secret itself, a key chained along the scope, or one derived with HKDF. */
function signingKey(who: Authorization, secretKey: string): Key {
  const info = `${who.date}/${who.region}/${who.service}`
  switch (who.scheme) {
    case 'access':
      return secretKey
    case 'scoped':
      return chain(who, secretKey)
    case 'derived-core':
      return derive(who.accessKey, secretKey, info)
    case 'derived-scoped':
      return chain(who, derive(who.accessKey, secretKey, info))
  }
}

// HKDF with the access key as salt and one block of output, taken as hexadecimal text.
function derive(accessKey: string, secretKey: string, info: string): string {
  const extracted = hmac(accessKey, secretKey)
  return hmac(extracted, Buffer.concat([Buffer.from(info), Buffer.from([1])])).toString('hex')
}

function chain(who: Authorization, secret: string): Buffer {
  const dated = hmac(`SDK${secret}`, who.date)
  return hmac(hmac(hmac(dated, who.region), who.service), 'sdk_request')
}

/** Whether the signature is right for one of the canonical requests that the signer may have meant. */
export function signatureMatches(
  request: SignedRequest,
  who: Authorization,
  dateTime: string,
  secretKey: string
): boolean {
  const given = Buffer.from(who.signature.toLowerCase())
  const key = signingKey(who, secretKey)
  const head = who.scheme === 'access' ? [dateTime] : [dateTime, who.scope]
  for (const canonical of canonicalRequests(request, who.signedHeaders)) {
    const text = [ALGORITHM[who.scheme], ...head, sha256(canonical)].join('\n')
    const right = Buffer.from(hmac(key, text).toString('hex'))
    if (given.length === right.length && timingSafeEqual(given, right)) return true
  }
  return false
}
