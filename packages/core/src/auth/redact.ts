/** Keeps what was sent in confidence out of texts that somebody else wrote: a service may quote a request. Pure. */
import type { Credentials } from './identity.ts'

/** What of these must never be printed. Access keys are names and may be. */
export function secretsOf(credentials: Credentials): readonly string[] {
  if ('token' in credentials) return [credentials.token]
  const { secretKey, securityToken } = credentials
  return securityToken === undefined ? [secretKey] : [secretKey, securityToken]
}

/** The text with `***` for each of the secrets in it. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets.reduce((rest, secret) => (secret === '' ? rest : rest.replaceAll(secret, '***')), text)
}
