/** What the operator should do about a request that got no answer, as data. */
import type { NoAnswerCode } from '../report/codes.ts'

const KEPT = 'lines are kept meanwhile'

const CURE_OF = {
  NETWORK_DNS: `check the host in endpoint (or region) and in the proxy, and the name server; ${KEPT}`,
  NETWORK_REFUSED: `check the port in endpoint, and the proxy; ${KEPT}`,
  NETWORK_UNREACHABLE: `check the network and its routes, or set http.proxy; ${KEPT}`,
  NETWORK_TLS: `check the host in endpoint; if its certificate comes from an authority of your own, set http.ca; ${KEPT}`,
  NETWORK_TIMEOUT: `check network, firewall and proxy, or raise requestTimeoutMs; ${KEPT}`,
  NETWORK_RESET: `check firewall and proxy if it happens often; ${KEPT}`,
  NETWORK_PROXY: `check http.proxy or HTTPS_PROXY, its user and password, and that it lets this host through; ${KEPT}`,
  NETWORK: `check endpoint, network and proxy; ${KEPT}`,
  UNREADABLE_ANSWER: `check that endpoint is DIS and that no proxy answers in its place; ${KEPT}`
} satisfies Readonly<Record<NoAnswerCode, string>>

// Node's own codes come by here, too.
const CURES: Readonly<Record<string, string>> = CURE_OF

/** The cure for a code of the network. */
export function cureOfFailure(code: string): string {
  return CURES[code] ?? CURE_OF.NETWORK
}
