/** What to do about codes of the service, in terms of flags. */

const CREDENTIALS =
  'check HUAWEICLOUD_SDK_AK, HUAWEICLOUD_SDK_SK or DIS_TOKEN, --region, and the clock of this machine'
const STREAM = 'check --stream, --region and --project-id'
const PARTITION = 'the partition does not exist (any more): check its id'
const RATE = 'the stream is at its limit: add partitions'
const NETWORK = 'check --endpoint or --region, the network and its proxy'
const NOT_DIS = 'what answers there is not DIS: check --endpoint, and that no proxy answers in its place'
const UNSCOPED = 'this endpoint wants scoped signatures: use --signing dis, with --region'
const SCOPED = 'DIS does not read this signature: check that no proxy changes headers'

const CURES: Readonly<Record<string, string>> = {
  'DIS.4105': 'set the clock of this machine: it is more than 15 minutes off',
  'DIS.4111': 'the signed region is not the one of the endpoint: check --region',
  'DIS.4116': 'the credentials are valid but have no right to this stream: check permissions and arrears',
  'DIS.4117': 'check --project-id',
  'DIS.4205': 'the stream is not running yet: wait, or check it in the console',
  'DIS.4301': STREAM,
  'DIS.4302': PARTITION,
  'DIS.4303': RATE,
  'DIS.4305': RATE,
  'DIS.4309': 'this address is blacklisted after too many refused calls: wait',
  'DIS.4319': PARTITION,
  'DIS.4224': 'the record is not kept any more, or does not exist yet: try --from beginning',
  'APIGW.0101': NOT_DIS,
  'HTTP 404': NOT_DIS,
  UNREADABLE_ANSWER: NOT_DIS,
  NETWORK_DNS: 'check the host in --endpoint (or --region), and the name server',
  NETWORK_REFUSED: 'check the port in --endpoint, and the proxy: nobody listens there',
  NETWORK_UNREACHABLE: 'check the network and its routes, or set HTTPS_PROXY',
  NETWORK_TLS:
    'check host and port in --endpoint, and that TLS is spoken there; for an authority of your own set NODE_EXTRA_CA_CERTS to its file (http.ca in the library)',
  NETWORK_TIMEOUT: 'check network, firewall and proxy',
  NETWORK_PROXY: 'check HTTPS_PROXY, its user and password, and that it lets this host through',
  OVERSIZE: 'a record holds at most 1 MiB'
}

/**
 * What to do about a code; `status` is that of the whole answer, 0 if there was none. `signing`: as it is set, so that
 * nobody is told to set what is set already.
 */
export function cureFor(code: string, status: number, signing = 'sdk'): string {
  if (code === 'DIS.4108' || code === 'DIS.4109') return signing === 'sdk' ? UNSCOPED : SCOPED
  // The gateway's two generations differ in their prefix only.
  const cure = CURES[code.replace(/^APIG\./, 'APIGW.')]
  if (cure !== undefined) return cure
  if (/^DIS\.41|^APIG(W)?\.03/.test(code) || [401, 403, 441].includes(status)) return CREDENTIALS
  if (code.startsWith('DIS.5') || status >= 500) return 'the service has a fault: try again later'
  if (status === 0 && !code.startsWith('DIS.')) return NETWORK
  return 'see the error codes in the DIS API reference'
}

/** Every code with a cure of its own, for the documentation's test. */
export function curedCodes(): readonly string[] {
  return Object.keys(CURES)
}
