/**
 * The `credentials` option and the environment → the source of credentials. Sends nothing. It finds every mistake that
 * needs no network, at construction; the source is asked with the first request.
 *
 * Without the option the order is that of the official cores: environment, credentials file, ECS metadata, pod identity.
 */
import { invalidOption } from '../errors.ts'
import { isLinkLocal, isLoopback } from '../net/address.ts'
import { parseEndpoint } from '../net/endpoint.ts'
import type { Federation, IamLogin } from './iam.ts'
import type { Credentials } from './identity.ts'
import { METADATA_ORIGIN } from './metadata.ts'
import { POD_TOKEN_FILE, POD_URI, type PodIdentity } from './pod-identity.ts'
import { expandHome, type ProfileFile, profilePath, readProfile } from './profile.ts'
import { unsendable, unsendableText } from './sendable.ts'

export type CredentialsFunction = () => Credentials | Promise<Credentials>

/** The source to ask, with all its parameters. */
export type CredentialChoice =
  | { readonly kind: 'fixed'; readonly credentials: Credentials }
  | { readonly kind: 'function'; readonly ask: CredentialsFunction }
  | { readonly kind: 'iam'; readonly login: IamLogin }
  | { readonly kind: 'federation'; readonly federation: Federation }
  | { readonly kind: 'profile'; readonly file: ProfileFile }
  | { readonly kind: 'metadata'; readonly origin: string }
  | { readonly kind: 'discovered'; readonly metadataOrigin: string; readonly pod: PodIdentity | undefined }

/** The chosen source, and what it says about project and IAM. */
export interface ResolvedCredentials {
  readonly choice: CredentialChoice
  /** Where the credentials come from, in words. */
  readonly from: string
  readonly projectId: string | undefined
  /** The address of IAM, with the option or key that names it. */
  readonly iamEndpoint: { readonly option: string; readonly value: string } | undefined
}

/** The `credentials` option after its check. */
export type CheckedCredentials =
  | { accessKey: string; secretKey: string; securityToken?: string | undefined }
  | { token: string }
  | { iam: CheckedIam }
  | { profile: true | string | { file?: string | undefined; section?: string | undefined } }
  | { metadata: true }
  | CredentialsFunction

interface CheckedIam {
  endpoint?: string | undefined
  domainName: string
  userName: string
  password: string
  projectName?: string | undefined
  projectId?: string | undefined
}

export interface CredentialContext {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly region: string
  readonly projectId: string | undefined
  readonly allowInsecure: boolean
  /** Whether DIS runs on this machine. */
  readonly isLocal: boolean
}

/** @throws DisConfigError for half a credential, for an unreadable profile, and if there is no source */
export function chooseCredentials(
  option: CheckedCredentials | undefined,
  context: CredentialContext
): ResolvedCredentials {
  if (option === undefined) return discover(context)
  if (typeof option === 'function')
    return resolved({ kind: 'function', ask: option }, 'the function in the option credentials')
  if ('token' in option) return fixed(option, OPTION)
  if ('iam' in option) return chooseIam(option.iam, context)
  if ('metadata' in option) return resolved({ kind: 'metadata', origin: metadataOrigin(context) }, AGENCY)
  if ('profile' in option) return chooseProfile(option.profile, context)
  return fixed(keys(option.accessKey, option.secretKey, option.securityToken), OPTION)
}

const OPTION = 'the option credentials'
const ONE_LINE = 'allowed: one line of ASCII, without spaces around it; trim what comes from a file'
const AGENCY = 'the agency of this ECS server'

function resolved(
  choice: CredentialChoice,
  from: string,
  projectId?: string,
  iamEndpoint?: ResolvedCredentials['iamEndpoint']
): ResolvedCredentials {
  return { choice, from, projectId, iamEndpoint }
}

/** @throws DisConfigError for credentials that no request can carry */
function fixed(credentials: Credentials, from: string): ResolvedCredentials {
  const wrong = unsendable(credentials)
  if (wrong !== undefined) {
    const given = from === OPTION ? wrong.given : `${wrong.given} from ${from}`
    throw invalidOption(`credentials.${wrong.field}`, given, ONE_LINE)
  }
  return resolved({ kind: 'fixed', credentials }, from)
}

function keys(accessKey: string, secretKey: string, securityToken: string | undefined): Credentials {
  return securityToken ? { accessKey, secretKey, securityToken } : { accessKey, secretKey }
}

function chooseIam(iam: CheckedIam, { region, projectId }: CredentialContext): ResolvedCredentials {
  const { domainName, userName, password } = iam
  // The project of the login beats the project of the stream.
  const id = iam.projectId ?? (iam.projectName === undefined ? projectId : undefined)
  const name = iam.projectName ?? region
  if (id === undefined && name === '') {
    throw invalidOption(
      'credentials.iam.projectName',
      'nothing',
      'the token has to be for a project: set {region}, {projectId}, or the projectName (as a rule the name of the region)'
    )
  }
  const project = id === undefined ? { name } : { id }
  const endpoint =
    iam.endpoint === undefined ? undefined : { option: 'credentials.iam.endpoint', value: iam.endpoint }
  const login = { domainName, userName, password, project }
  return resolved({ kind: 'iam', login }, 'a login at IAM', iam.projectId, endpoint)
}

function chooseProfile(
  option: true | string | { file?: string | undefined; section?: string | undefined },
  { env }: CredentialContext
): ResolvedCredentials {
  const { file: given, section } =
    typeof option === 'object' ? option : { file: option === true ? undefined : option }
  const path = given === undefined ? profilePath(env) : expandHome(given, env)
  if (path === undefined) {
    throw invalidOption(
      'credentials.profile',
      'no path',
      'give the path of the file: there is no home directory (HOME)'
    )
  }
  const file = { path, section }
  const profile = readProfile(file)
  if ('given' in profile) throw invalidOption('credentials.profile', profile.given, profile.cure)
  return fromProfile(file, profile)
}

function fromProfile(
  file: ProfileFile,
  { projectId, iamEndpoint }: { projectId: string | undefined; iamEndpoint: string | undefined }
): ResolvedCredentials {
  const endpoint =
    iamEndpoint === undefined ? undefined : { option: `iam_endpoint in ${file.path}`, value: iamEndpoint }
  return resolved({ kind: 'profile', file }, file.path, projectId, endpoint)
}

function discover(context: CredentialContext): ResolvedCredentials {
  const { env, isLocal } = context
  const found = fromEnvironment(env) ?? fromDefaultProfile(env)
  if (found !== undefined) return found
  const pod = podIdentity(context)
  // A local DIS means a developer's machine. It has no metadata service, and waiting for one would hide the mistake.
  if (isLocal && pod === undefined && !env['DIS_METADATA_ENDPOINT']) {
    throw invalidOption(
      'credentials',
      'nothing',
      'set {credentials|HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK|DIS_TOKEN} (any will do for a local DIS)'
    )
  }
  const from = pod === undefined ? AGENCY : `${AGENCY}, or pod identity`
  return resolved({ kind: 'discovered', metadataOrigin: metadataOrigin(context), pod }, from)
}

function fromEnvironment(env: CredentialContext['env']): ResolvedCredentials | undefined {
  const token = env['DIS_TOKEN']
  if (token) return fixed({ token }, 'DIS_TOKEN')
  const [idpId, idTokenFile] = [env['HUAWEICLOUD_SDK_IDP_ID'], env['HUAWEICLOUD_SDK_ID_TOKEN_FILE']]
  if (idpId && idTokenFile) {
    const given = unsendableText(idpId)
    if (given !== undefined) throw invalidOption('HUAWEICLOUD_SDK_IDP_ID', given, ONE_LINE)
    const from = 'HUAWEICLOUD_SDK_IDP_ID and HUAWEICLOUD_SDK_ID_TOKEN_FILE'
    return resolved({ kind: 'federation', federation: { idpId, idTokenFile } }, from)
  }
  // Both come from one pair of variables: DIS would refuse the key of one pair with the secret of the other.
  const prefix = env['HUAWEICLOUD_SDK_AK'] || env['HUAWEICLOUD_SDK_SK'] ? 'HUAWEICLOUD_SDK' : 'CLOUD_SDK'
  const [accessKey, secretKey] = [env[`${prefix}_AK`], env[`${prefix}_SK`]]
  if (accessKey && secretKey) {
    const credentials = keys(accessKey, secretKey, env['HUAWEICLOUD_SDK_SECURITY_TOKEN'])
    return fixed(credentials, `${prefix}_AK and ${prefix}_SK`)
  }
  if (!accessKey && !secretKey) return undefined
  throw invalidOption(
    'credentials',
    accessKey
      ? `an access key (${prefix}_AK) without its secret key`
      : `a secret key (${prefix}_SK) without its access key`,
    `set {credentials|${prefix}_AK and ${prefix}_SK|DIS_TOKEN}`
  )
}

/** A file that the user names must work. The file in the home directory may be missing. */
function fromDefaultProfile(env: CredentialContext['env']): ResolvedCredentials | undefined {
  const path = profilePath(env)
  if (path === undefined) return undefined
  const file = { path, section: undefined }
  const profile = readProfile(file)
  if (!('given' in profile)) return fromProfile(file, profile)
  if (!env['HUAWEICLOUD_SDK_CREDENTIALS_FILE'] && !profile.isBroken) return undefined
  throw invalidOption('credentials', profile.given, `${profile.cure}; or set {credentials}`)
}

/** DIS_METADATA_ENDPOINT is a variable of this library: for tests, and for clouds with the service at another address. */
function metadataOrigin({ env }: CredentialContext): string {
  const given = env['DIS_METADATA_ENDPOINT']
  if (!given) return METADATA_ORIGIN
  const url = URL.canParse(given) ? new URL(given) : undefined
  return parseEndpoint('DIS_METADATA_ENDPOINT', given, url !== undefined && isLinkLocal(url.hostname)).origin
}

function podIdentity({ env, allowInsecure }: CredentialContext): PodIdentity | undefined {
  const [given, tokenFile] = [env[POD_URI], env[POD_TOKEN_FILE]]
  if (!given || !tokenFile) return undefined
  const uri = URL.canParse(given) ? new URL(given) : undefined
  if (uri === undefined || !/^https?:$/.test(uri.protocol)) {
    throw invalidOption('credentials', `${POD_URI} that is no URL`, 'allowed: an http or https URL')
  }
  const isNear = isLoopback(uri.hostname) || isLinkLocal(uri.hostname)
  if (uri.protocol === 'http:' && !isNear && !allowInsecure) {
    const cure = 'plain http is for loopback and link-local addresses: use https; or set {http.allowInsecure}'
    throw invalidOption('credentials', `${POD_URI} at ${uri.host}`, cure)
  }
  return { uri, tokenFile }
}
