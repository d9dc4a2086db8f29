/** Removes secrets from texts of other programs: a service may quote a request in its message. Pure. */
import type { Credentials } from './identity.ts'

/** The secrets in these credentials, for redaction. An access key is a name, not a secret. */
export function secretsOf(credentials: Credentials): readonly string[] {
  if ('token' in credentials) return [credentials.token]
  const { secretKey, securityToken } = credentials
  return securityToken === undefined ? [secretKey] : [secretKey, securityToken]
}

/** The text with `***` in place of each secret. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets.reduce((rest, secret) => (secret === '' ? rest : rest.replaceAll(secret, '***')), text)
}
