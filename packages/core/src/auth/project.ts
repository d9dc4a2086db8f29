/** Finds the project id if the options have none. IAM names the project of a region after the region. */
import type { Clock } from '../clock.ts'
import { DisCredentialsError } from '../errors.ts'
import { ID } from '../limits.ts'
import type { Network } from '../net/network.ts'
import { cureOf } from '../report/diagnoses.ts'
import type { WarningEvent } from '../report/events.ts'
import { isRecord, parseObject } from '../wire/json-object.ts'
import { EMPTY_PAYLOAD_HASH, formatSdkDate } from './canonical.ts'
import { iamService } from './iam.ts'
import type { AccessKeys, Credentials } from './identity.ts'
import { secretsOf } from './secrets.ts'
import type { Service } from './service.ts'
import { signSdk } from './sign-sdk.ts'
import { SingleFlight } from './single-flight.ts'

export interface ProjectFinderParts {
  /** The address of IAM. */
  readonly origin: string
  readonly region: string
  readonly network: Network
  readonly clock: Clock
  readonly warn: (event: WarningEvent) => void
}

/** Asks once, with the first keys: the project of a region stays the same when keys are renewed. */
export class ProjectFinder {
  readonly #parts: ProjectFinderParts
  readonly #service: Service
  readonly #search: SingleFlight<string>
  #keys: Credentials | undefined
  #found: string | undefined

  constructor(parts: ProjectFinderParts) {
    this.#parts = parts
    this.#service = iamService(parts.origin, parts.network, cureOf('PROJECT_NOT_FOUND'))
    this.#search = new SingleFlight({
      clock: parts.clock,
      ask: () => this.#ask(),
      // IAM locks a key after five wrong signatures.
      canLock: true,
      failed: ({ reason, message, cure }) => parts.warn({ code: reason, message, cure })
    })
  }

  /** The project id. Rejects with a DisCredentialsError if there is no project, or more than one. */
  async find(held: Credentials): Promise<string> {
    this.#keys = held
    this.#found ??= await this.#search.ask()
    return this.#found
  }

  close(): Promise<void> {
    return this.#service.close()
  }

  async #ask(): Promise<string> {
    const { region } = this.#parts
    const keys = this.#keys
    if (keys === undefined || 'token' in keys) throw notFound('a token does not say its project')
    const headers = this.#sign(keys, { name: region })
    const answer = await this.#service.ask({
      method: 'GET',
      path: `/v3/projects?name=${encodeURIComponent(region)}`,
      headers,
      secrets: secretsOf(keys, headers)
    })
    if (answer.status >= 300) throw this.#service.failure(answer)
    const list = parseObject(answer.body)?.['projects']
    const ids = (Array.isArray(list) ? list : []).flatMap((project: unknown) =>
      isRecord(project) && typeof project['id'] === 'string' ? [project['id']] : []
    )
    const [id, ...others] = ids
    if (id === undefined) throw notFound(`IAM knows no project ${region}`)
    // Nothing says which of them holds the stream.
    if (others.length > 0) throw notFound(`IAM knows ${ids.length} projects ${region}`)
    return checkedProject(id, 'IAM')
  }

  #sign(keys: AccessKeys, query: Readonly<Record<string, string>>): Record<string, string> {
    const headers: Record<string, string> = {
      host: new URL(this.#parts.origin).host,
      'X-Sdk-Date': formatSdkDate(this.#parts.clock.now())
    }
    if (keys.securityToken !== undefined) headers['X-Security-Token'] = keys.securityToken
    const signable = { method: 'GET', path: '/v3/projects', query, headers, payloadHash: EMPTY_PAYLOAD_HASH }
    return { ...headers, Authorization: signSdk(signable, keys) }
  }
}

/**
 * An id that a file or a service gave, if it is one: it becomes a part of paths. It is not shown, because it may be anything.
 * @throws DisCredentialsError that says who gave it
 */
export function checkedProject(id: string, from: string): string {
  if (ID.test(id)) return id
  throw notFound(`${from} gave something else than the id of a project`)
}

function notFound(message: string): DisCredentialsError {
  return new DisCredentialsError('PROJECT_NOT_FOUND', message, cureOf('PROJECT_NOT_FOUND'))
}
