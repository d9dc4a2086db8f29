/** Which addresses plain http may go to. */

/** `localhost`, 127.0.0.0/8 or `[::1]`, as `URL.hostname` spells them. */
export function isLoopback(hostname: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(hostname)
}

/** 169.254.0.0/16 or `[fe80::…]`: the machine's own cloud, never further than one hop. */
export function isLinkLocal(hostname: string): boolean {
  return /^(?:169\.254(?:\.\d{1,3}){2}|\[fe80:[^\]]*\])$/.test(hostname)
}

/** A URL for a message, with whatever stands before its host (a user name, a password) made unreadable. */
export function withoutLogin(url: string): string {
  // Up to the last @: a password may hold one that nobody escaped.
  return url.replace(/^([a-z][a-z0-9+.-]*:\/\/)?.*@/i, '$1***@')
}
