/** What a request carries that must not be shown: see wire/redact.ts. Pure. */
import type { Credentials } from './identity.ts'

/**
 * The secrets of these credentials, and of the headers that were made with them. An access key is a name and no secret; a
 * signature is good for 15 minutes.
 */
export function secretsOf(
  credentials: Credentials,
  headers: Readonly<Record<string, string>> = {}
): readonly string[] {
  if ('token' in credentials) return [credentials.token]
  const { secretKey, securityToken } = credentials
  const [, signature] = /Signature=(\w+)$/.exec(headers['Authorization'] ?? '') ?? []
  return [secretKey, securityToken, signature].filter((secret) => secret !== undefined)
}
