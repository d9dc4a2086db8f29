/** Kinds of addresses: loopback and link-local ones may be called with plain http. */

/** `localhost`, 127.0.0.0/8 or `[::1]`, as `URL.hostname` spells them. */
export function isLoopback(hostname: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(hostname)
}

/** 169.254.0.0/16 or `[fe80::…]`: the machine's own cloud, at most one hop away. */
export function isLinkLocal(hostname: string): boolean {
  return /^(?:169\.254(?:\.\d{1,3}){2}|\[fe80:[^\]]*\])$/.test(hostname)
}

/** A URL for a message: user name and password are replaced by `***`. */
export function withoutLogin(url: string): string {
  // Up to the last @: a password may hold an @ that is not escaped.
  return url.replace(/^([a-z][a-z0-9+.-]*:\/\/)?.*@/i, '$1***@')
}
