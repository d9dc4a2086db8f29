/** IAM: a login with a password, and the login of an identity provider's user. */
import type { Clock } from '../clock.ts'
import type { Network } from '../net/network.ts'
import type { WarningEvent } from '../report/events.ts'
import { cureIn } from '../report/situations.ts'
import { isRecord, parseObject } from '../wire/json-object.ts'
import { lifetimeOf } from './lifetime.ts'
import type { Provided, Provider } from './provider.ts'
import { SecretFile } from './secret-file.ts'
import { Service } from './service.ts'
import { readTemporaryKeys, readTime } from './temporary-keys.ts'

/** A user, and the project that the token is for. */
export interface IamLogin {
  readonly domainName: string
  readonly userName: string
  readonly password: string
  /** The project of the token: a service of a region takes only tokens for a project. */
  readonly project: { readonly id: string } | { readonly name: string }
}

/** A user of an identity provider. A file holds its OpenID Connect token. */
export interface Federation {
  readonly idpId: string
  readonly idTokenFile: string
}

const TIMEOUT_MS = 10_000
/** Six hours, as in the official cores. */
const FEDERATED_SECONDS = 21_600

/** IAM at the address `origin`. */
export function iamService(origin: string, network: Network, cure: string): Service {
  return new Service({ name: 'IAM', origin, timeoutMs: TIMEOUT_MS, network, cure })
}

/** `POST /v3/auth/tokens`: gives a token for a day. */
export class IamLoginProvider implements Provider {
  readonly canLock = true
  readonly #login: IamLogin
  readonly #service: Service
  readonly #clock: Clock

  constructor(login: IamLogin, origin: string, network: Network, clock: Clock) {
    this.#login = login
    this.#clock = clock
    this.#service = iamService(origin, network, cureIn('iam-login'))
  }

  async provide(): Promise<Provided> {
    const { domainName, password, project, userName } = this.#login
    const user = { name: userName, password, domain: { name: domainName } }
    const answer = await this.#service.ask({
      method: 'POST',
      // The catalog of all services is tens of kilobytes, and nothing here reads it.
      path: '/v3/auth/tokens?nocatalog=true',
      headers: {},
      secrets: [password],
      body: { auth: { identity: { methods: ['password'], password: { user } }, scope: { project } } }
    })
    const { status, headers } = answer
    if (status !== 201 && status !== 200) throw this.#service.failure(answer)
    const token = headers['x-subject-token']
    if (!token) throw this.#service.unreadable('an answer without a token')
    const facts = parseObject(answer.body)?.['token']
    return { credentials: { token }, ...this.#life(facts, headers['date']), projectId: projectOf(facts) }
  }

  close(): Promise<void> {
    return this.#service.close()
  }

  /** IAM states the begin and the end of the lifetime, so its clock and this machine's clock may differ. */
  #life(facts: unknown, date: string | undefined): Pick<Provided, 'endsAt' | 'lifetimeMs'> {
    const [expires, issued] = isRecord(facts)
      ? [readTime(text(facts['expires_at'])), readTime(text(facts['issued_at']))]
      : []
    const now = this.#clock.now()
    if (expires === undefined || issued === undefined)
      return { endsAt: expires, lifetimeMs: lifetimeOf(expires, date, now) }
    return { endsAt: now + (expires - issued), lifetimeMs: expires - issued }
  }
}

/** An OpenID Connect token → an IAM token without a project → temporary keys. */
export class FederationProvider implements Provider {
  readonly canLock = true
  readonly #idpId: string
  readonly #idToken: SecretFile
  readonly #service: Service
  readonly #clock: Clock

  constructor(
    { idpId, idTokenFile }: Federation,
    origin: string,
    network: Network,
    clock: Clock,
    warn: (event: WarningEvent) => void
  ) {
    this.#idpId = idpId
    this.#idToken = new SecretFile(idTokenFile, 'HUAWEICLOUD_SDK_ID_TOKEN_FILE', warn)
    this.#clock = clock
    this.#service = iamService(origin, network, cureIn('federation'))
  }

  async provide(): Promise<Provided> {
    const idToken = await this.#idToken.read()
    const login = await this.#service.ask({
      method: 'POST',
      path: '/v3.0/OS-AUTH/id-token/tokens',
      headers: { 'X-Idp-Id': this.#idpId },
      secrets: [idToken],
      body: { auth: { id_token: { id: idToken } } }
    })
    const token = login.headers['x-subject-token']
    if (login.status >= 300 || !token) throw this.#service.failure(login)
    const answer = await this.#service.ask({
      method: 'POST',
      path: '/v3.0/OS-CREDENTIAL/securitytokens',
      headers: {},
      secrets: [token],
      body: {
        auth: { identity: { methods: ['token'], token: { id: token, duration_seconds: FEDERATED_SECONDS } } }
      }
    })
    if (answer.status >= 300) throw this.#service.failure(answer)
    const provided = readTemporaryKeys(answer, this.#clock.now())
    if (provided === undefined) throw this.#service.unreadable('something else than temporary keys')
    return provided
  }

  close(): Promise<void> {
    return this.#service.close()
  }
}

function projectOf(facts: unknown): string | undefined {
  const project = isRecord(facts) ? facts['project'] : undefined
  return isRecord(project) ? text(project['id']) : undefined
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
