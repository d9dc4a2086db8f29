/** Kinds of addresses: loopback and link-local ones may be called with plain http. */
import { BlockList, isIP } from 'node:net'

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4')
LOOPBACK.addAddress('::1', 'ipv6')

const LINK_LOCAL = new BlockList()
LINK_LOCAL.addSubnet('169.254.0.0', 16, 'ipv4')
LINK_LOCAL.addSubnet('fe80::', 10, 'ipv6')

// On Linux and macOS, a connection to the address of "any interface" arrives at this machine.
const UNSPECIFIED = new BlockList()
UNSPECIFIED.addAddress('0.0.0.0', 'ipv4')
UNSPECIFIED.addAddress('::', 'ipv6')

/**
 * Whether plain http may be spoken with it: `localhost`, 127.0.0.0/8 or ::1, the IPv4 ones in IPv6 notation too. `hostname`
 * is spelled as `URL.hostname` does. Not a name below `localhost`: some resolvers ask a name server for it.
 */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || isIn(LOOPBACK, hostname)
}

/** 169.254.0.0/16 or fe80::/10: the machine's own cloud, at most one hop away. */
export function isLinkLocal(hostname: string): boolean {
  return isIn(LINK_LOCAL, hostname)
}

/** Whether the address is this machine or its own link. No proxy can lead there: it would lead to the proxy's own machine. */
export function isNear(hostname: string): boolean {
  const name = hostname.replace(/\.$/, '')
  return isLoopback(name) || name.endsWith('.localhost') || isLinkLocal(name) || isIn(UNSPECIFIED, name)
}

/** An IPv4 address in IPv6 notation counts as the IPv4 address. */
function isIn(list: BlockList, hostname: string): boolean {
  const address = hostname.replace(/^\[|\]$/g, '')
  const family = isIP(address)
  return family !== 0 && list.check(address, family === 6 ? 'ipv6' : 'ipv4')
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

/** A sentence of another program, with the logins of the URLs in it replaced by `***`. Its length has to be bounded. */
export function withoutLogins(text: string): string {
  return text.replace(/([a-z][a-z0-9+.-]{0,15}:\/\/)\S*@/gi, '$1***@')
}
