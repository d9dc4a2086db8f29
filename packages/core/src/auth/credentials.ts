/** Builds the chosen source of credentials: the provider, its renewal and the search for the project. */
import type { Clock } from '../clock.ts'
import { DisCredentialsError } from '../errors.ts'
import type { Network } from '../net/network.ts'
import { cureOf } from '../report/diagnoses.ts'
import type { WarningEvent } from '../report/events.ts'
import { isRecord } from '../wire/json-object.ts'
import type { CredentialChoice, CredentialsFunction } from './choice.ts'
import { DiscoveredProvider } from './discovered.ts'
import { FederationProvider, IamLoginProvider } from './iam.ts'
import type { CredentialSource, Credentials } from './identity.ts'
import { MetadataProvider } from './metadata.ts'
import { PodIdentityProvider } from './pod-identity.ts'
import { ProfileProvider } from './profile-provider.ts'
import { checkedProject, ProjectFinder } from './project.ts'
import type { Provider } from './provider.ts'
import { RenewingCredentials } from './renewing.ts'
import { unsendable } from './sendable.ts'

export interface CredentialSettings {
  readonly choice: CredentialChoice
  /** Where the credentials come from, in words. */
  readonly from: string
  /** From the user; `''` if it has to be found. */
  readonly projectId: string
  readonly region: string
  readonly iamOrigin: string
  readonly network: Network
}

export interface CredentialParts {
  readonly clock: Clock
  /** Receives what the operator should know about the credentials. Never holds a secret. */
  readonly warn: (event: WarningEvent) => void
  /** True if the caller of `get` reports failures itself. Then `warn` receives only failures in the background. */
  readonly isFailureHeard?: boolean
}

/** A source that also knows when its credentials end. */
export interface DatedCredentialSource extends CredentialSource {
  /** When these end, in ms since the epoch; undefined if they never end, or if the service does not say. */
  endOf(held: Credentials): number | undefined
}

/** Builds the source. Sends nothing before the first `get`. */
export function createCredentialSource(
  settings: CredentialSettings,
  parts: CredentialParts
): DatedCredentialSource {
  let isClosed = false
  const { clock, isFailureHeard = false } = parts
  // `close` aborts a request. That is not a failure of the credentials.
  const warn = (event: WarningEvent) => {
    if (!isClosed) parts.warn(event)
  }
  const { choice, iamOrigin: origin, network, projectId, region } = settings
  const finder = new ProjectFinder({ origin, region, network, clock, warn: isFailureHeard ? () => {} : warn })
  const find = async (held: Credentials) => projectId || finder.find(held)

  if (choice.kind === 'fixed' || choice.kind === 'function') {
    const isFixed = choice.kind === 'fixed'
    return {
      get: isFixed ? async () => choice.credentials : () => askFunction(choice.ask, clock),
      projectId: find,
      endOf: () => undefined,
      refused: () => {},
      refresh: async () => !isFixed,
      close: () => {
        isClosed = true
        return finder.close()
      }
    }
  }
  const renewing = new RenewingCredentials({
    provider: createProvider(choice, settings, clock, warn),
    clock,
    warn,
    isFailureHeard
  })
  return {
    get: () => renewing.get(),
    projectId: async (held) => {
      const given = projectId || renewing.projectOf(held)
      return given ? checkedProject(given, settings.from) : finder.find(held)
    },
    endOf: (held) => renewing.endOf(held),
    refused: (held) => renewing.refused(held),
    refresh: () => renewing.refresh(),
    async close() {
      isClosed = true
      await Promise.all([renewing.close(), finder.close()])
    }
  }
}

type Renewable = Exclude<CredentialChoice, { kind: 'fixed' | 'function' }>

function createProvider(
  choice: Renewable,
  { iamOrigin, network }: CredentialSettings,
  clock: Clock,
  warn: CredentialParts['warn']
): Provider {
  switch (choice.kind) {
    case 'iam':
      return new IamLoginProvider(choice.login, iamOrigin, network, clock)
    case 'federation':
      return new FederationProvider(choice.federation, iamOrigin, network, clock, warn)
    case 'profile':
      return new ProfileProvider(
        choice.file,
        (federation) => new FederationProvider(federation, iamOrigin, network, clock, warn),
        warn
      )
    case 'metadata':
      return new MetadataProvider(choice.origin, clock)
    case 'discovered':
      return new DiscoveredProvider([
        new MetadataProvider(choice.metadataOrigin, clock),
        ...(choice.pod === undefined ? [] : [new PodIdentityProvider(choice.pod, clock, warn)])
      ])
    default: {
      const never: never = choice
      return never
    }
  }
}

// Longer than any vault takes. A function that never answers would hold up every request, without a message.
const FUNCTION_TIMEOUT_MS = 30_000

async function askFunction(ask: CredentialsFunction, clock: Clock): Promise<Credentials> {
  let cancel = () => {}
  const deadline = new Promise<never>((_, reject) => {
    const late = () => reject(new Error(`no answer within ${FUNCTION_TIMEOUT_MS / 1_000} s`))
    cancel = clock.timer(FUNCTION_TIMEOUT_MS, late)
  })
  let given: unknown
  try {
    given = await Promise.race([ask(), deadline])
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    throw fromFunction(`it failed: ${message}`)
  } finally {
    cancel()
  }
  if (isCredentials(given)) {
    const wrong = unsendable(given)
    if (wrong === undefined) return given
    throw fromFunction(`its ${wrong.field} is ${wrong.given}`)
  }
  throw fromFunction('it gave neither { accessKey, secretKey, securityToken? } nor { token }')
}

function isCredentials(given: unknown): given is Credentials {
  if (!isRecord(given)) return false
  const isText = (name: string) => typeof given[name] === 'string' && given[name] !== ''
  if ('token' in given) return isText('token')
  return (
    isText('accessKey') &&
    isText('secretKey') &&
    (given['securityToken'] === undefined || isText('securityToken'))
  )
}

function fromFunction(message: string): DisCredentialsError {
  return new DisCredentialsError(
    'CREDENTIALS_FUNCTION',
    `the credentials function: ${message}`,
    cureOf('CREDENTIALS_FUNCTION')
  )
}
