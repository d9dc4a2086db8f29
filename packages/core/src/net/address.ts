/** Kinds of addresses: loopback and link-local ones may be called with plain http. */

/** `localhost`, 127.0.0.0/8 or `[::1]`, as `URL.hostname` spells them. */
export function isLoopback(hostname: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(hostname)
}

/** 169.254.0.0/16 or `[fe80::…]`: the machine's own cloud, at most one hop away. */
export function isLinkLocal(hostname: string): boolean {
  return /^(?:169\.254(?:\.\d{1,3}){2}|\[fe80:[^\]]*\])$/.test(hostname)
}

/**
 * An address for a message. What may be a login is replaced by `***`; so is all that follows the host, where a password with `/`,
 * `?` or `#` in it ends. An address in which nobody can say what is the host is not shown at all.
 */
export function withoutLogin(address: string): string {
  const [scheme = ''] = /^[a-z][a-z0-9+.-]{0,15}:\/\//i.exec(address) ?? []
  const rest = address.slice(scheme.length)
  // Up to the last @: a password may hold an @ that is not escaped.
  const at = rest.lastIndexOf('@')
  const [host] = HOST.exec(rest.slice(at + 1)) ?? []
  const login = at < 0 ? '' : '***@'
  if (host === undefined) return rest === '' ? scheme : `${scheme}${login}***`
  const more = rest.slice(at + 1 + host.length)
  if (more === '' || (at >= 0 && more === '/')) return `${scheme}${login}${host}`
  // `user:secret` without a host, or whatever else is no port.
  if (!/^[/?#]/.test(more)) return `${scheme}${login}***`
  return `${scheme}${login}${host}${at < 0 && /^\/[\w./-]*$/.test(more) ? more : '/***'}`
}

/** A name or an IP address, perhaps with a port. */
const HOST = /^(?:\[[\da-f:.]{2,45}\]|[\w.-]{1,255})(?::\d{1,5}(?!\d))?/i

/** A sentence of another program, with the logins of the URLs in it replaced by `***`. */
export function withoutLogins(text: string): string {
  return text.replace(/([a-z][a-z0-9+.-]*:\/\/)\S*@/gi, '$1***@')
}
