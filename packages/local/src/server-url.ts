/** How clients call a server. The addresses that mean all of the machine's are none to connect to, on every system but Linux. */
export function urlOf(host: string, port: number): string {
  return `http://${nameOf(host)}:${port}`
}

function nameOf(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  if (host === '::') return '[::1]'
  return host.includes(':') ? `[${host}]` : host
}
