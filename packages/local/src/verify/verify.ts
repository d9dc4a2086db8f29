import { Refusal, refuse, refuseAtGateway } from '../errors.ts'
import { type Authorization, parseAuthorization } from './authorization.ts'
import type { SignedRequest } from './canonical.ts'
import type { Credentials } from './credentials.ts'
import { signatureMatches } from './signature.ts'

/**
 * Lets a request in, or says why not. DIS answers with a code for each cause; the gateway in front of it
 * has one code for all and puts the cause into the text.
 */
export function verify(
  request: SignedRequest,
  credentials: Credentials,
  serverNowMs: number
): Refusal | undefined {
  if (credentials.isOpen) return undefined
  const { settings } = credentials
  const refusal = check(request, credentials, serverNowMs)
  if (refusal === undefined || settings.style === 'dis') return refusal
  return refuseAtGateway('APIGW.0301', refusal.message)
}

function check(request: SignedRequest, credentials: Credentials, nowMs: number): Refusal | undefined {
  const header = request.headers['authorization']
  const token = request.headers['x-auth-token']
  // Signing replaces the token in the SDKs, so where both are sent the signature is what counts.
  if (header !== undefined && header.trim() !== '') {
    const who = parseAuthorization(header)
    return who instanceof Refusal ? who : checkSigned(request, who, credentials, nowMs)
  }
  if (token === undefined) return refuse('DIS.4101')
  if (token.trim() === '') return refuse('DIS.4113')
  return credentials.hasToken(token.trim()) ? undefined : refuse('DIS.4114')
}

function checkSigned(
  request: SignedRequest,
  who: Authorization,
  credentials: Credentials,
  nowMs: number
): Refusal | undefined {
  const { maxSkewMs, region } = credentials.settings
  const dateTime = request.headers['x-sdk-date']?.trim() ?? ''
  const wrongDate = checkDate(dateTime, who, maxSkewMs, nowMs)
  if (wrongDate !== undefined) return wrongDate
  if (who.scheme !== 'access' && region !== undefined && who.region !== region) {
    return refuse('DIS.4111', `${who.region} is not ${region}`)
  }
  const key = credentials.key(who.accessKey)
  if (key === undefined) return refuse('DIS.4107', 'it is not known')
  if (credentials.isLocked(who.accessKey, nowMs))
    return refuse('DIS.4107', 'it is locked after repeated failures')
  if (key.expiresAt !== undefined && key.expiresAt <= nowMs) return refuse('DIS.4107', 'it has expired')
  // Some SDKs sign this header and some add it afterwards; it has to be right either way.
  const securityToken = request.headers['x-security-token']?.trim() ?? ''
  if (securityToken !== (key.securityToken ?? '')) {
    return refuse('DIS.4107', 'X-Security-Token is not the one that belongs to it')
  }
  if (!signatureMatches(request, who, dateTime, key.secretKey)) {
    credentials.noteFailure(who.accessKey, nowMs)
    return refuse('DIS.4100', 'the signature does not match')
  }
  credentials.noteSuccess(who.accessKey)
  return undefined
}

const DATE_FORM = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/

function checkDate(
  dateTime: string,
  who: Authorization,
  maxSkewMs: number,
  nowMs: number
): Refusal | undefined {
  if (dateTime === '') return refuse('DIS.4103')
  const time = Date.parse(dateTime.replace(DATE_FORM, '$1-$2-$3T$4:$5:$6Z'))
  if (!DATE_FORM.test(dateTime) || Number.isNaN(time)) return refuse('DIS.4104', 'expected YYYYMMDDTHHMMSSZ')
  if (Math.abs(nowMs - time) > maxSkewMs) {
    return refuse('DIS.4105', `it is ${Math.round((nowMs - time) / 1_000)} s behind this server`)
  }
  if (who.scheme !== 'access' && who.date !== dateTime.slice(0, 8)) {
    return refuse('DIS.4105', 'the credential scope has another date')
  }
  return undefined
}
