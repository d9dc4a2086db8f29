import { MAX_SIGNED_HEADERS } from '../bounds.ts'
import { Refusal, refuse } from '../errors.ts'

/**
 * The Authorization header, taken apart. Four AK/SK forms exist; they are told apart by the algorithm word,
 * by `Access=` or `Credential=`, and by how many parts the credential has.
 */

/** Which signing scheme a request uses. */
export type Scheme = 'access' | 'scoped' | 'derived-core' | 'derived-scoped'

/** A taken-apart header. Scope fields are "" in the `access` scheme, which has none. */
export interface Authorization {
  readonly scheme: Scheme
  readonly accessKey: string
  readonly date: string
  readonly region: string
  readonly service: string
  /** The scope as it enters the string to sign. */
  readonly scope: string
  readonly signedHeaders: readonly string[]
  readonly signature: string
}

const FORM = /^(SDK-HMAC-SHA256|V11-HMAC-SHA256)\s+(.+)$/
const SERVICE = 'dis'
const TERMINATOR = 'sdk_request'

/** Reads the header, or says what is wrong with it. */
export function parseAuthorization(header: string): Authorization | Refusal {
  const [, algorithm, rest] = FORM.exec(header.trim()) ?? []
  if (algorithm === undefined || rest === undefined) {
    return refuse('DIS.4102', 'it must start with SDK-HMAC-SHA256 or V11-HMAC-SHA256')
  }
  const parts = new Map<string, string>()
  for (const piece of rest.split(',')) {
    const at = piece.indexOf('=')
    if (at < 0) return refuse('DIS.4102', 'a part has no =')
    parts.set(piece.slice(0, at).trim(), piece.slice(at + 1).trim())
  }
  const access = parts.get('Access')
  const credential = access ?? parts.get('Credential')
  const signedHeaders = parts.get('SignedHeaders')
  const signature = parts.get('Signature')
  if (credential === undefined || signedHeaders === undefined || signature === undefined)
    return refuse('DIS.4109')
  if (credential === '') return refuse('DIS.4106')
  if (signedHeaders === '' || signature === '') return refuse('DIS.4110')
  const who =
    access === undefined
      ? readCredential(algorithm, credential)
      : algorithm.startsWith('SDK')
        ? plain(access)
        : undefined
  if (who === undefined) return refuse('DIS.4112', 'Access= goes with SDK-HMAC-SHA256 only')
  if (who instanceof Refusal) return who
  if (who.accessKey === '') return refuse('DIS.4106')
  const names = signedHeaders.toLowerCase().split(';')
  return checkNames(names) ?? { ...who, signedHeaders: names, signature }
}

/** Every name costs a look at its value for each way of signing, and a signer names each header once. */
function checkNames(names: readonly string[]): Refusal | undefined {
  if (names.length > MAX_SIGNED_HEADERS) {
    return refuse('DIS.4112', `SignedHeaders has ${names.length} names, the limit is ${MAX_SIGNED_HEADERS}`)
  }
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice === undefined) return undefined
  return refuse('DIS.4112', `SignedHeaders names ${JSON.stringify(twice.slice(0, 60))} twice`)
}

type Who = Omit<Authorization, 'signedHeaders' | 'signature'>

function plain(accessKey: string): Who {
  return { scheme: 'access', accessKey, date: '', region: '', service: '', scope: '' }
}

function readCredential(algorithm: string, credential: string): Who | Refusal {
  const pieces = credential.split('/')
  const [accessKey = '', date = '', region = '', service = '', terminator] = pieces
  const isDerived = algorithm.startsWith('V11')
  if (pieces.length > 5) return refuse('DIS.4112', 'the credential scope has too many parts')
  if (service !== SERVICE) return refuse('DIS.4108', `expected ${SERVICE}`)
  const scope = pieces.slice(1).join('/')
  if (terminator === TERMINATOR) {
    return { scheme: isDerived ? 'derived-scoped' : 'scoped', accessKey, date, region, service, scope }
  }
  // Without the last word only the derived form of the shared SDK core is known.
  if (terminator === undefined && isDerived) {
    return { scheme: 'derived-core', accessKey, date, region, service, scope }
  }
  return refuse('DIS.4112', `the credential scope must end with ${TERMINATOR}`)
}
