/** Where credentials come from while the producer runs. */
import type { CredentialSource, Credentials } from './identity.ts'

/** Fixed credentials, or a function that is asked before every request, so it should cache. */
export function createCredentialSource(
  given: Credentials | (() => Credentials | Promise<Credentials>)
): CredentialSource {
  if (typeof given !== 'function') {
    return { get: async () => given, refresh: async () => false }
  }
  return { get: async () => given(), refresh: async () => true }
}
