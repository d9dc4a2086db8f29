/** The credentials file as a source. It is read again when the service refuses its credentials. */
import { DisCredentialsError } from '../errors.ts'
import { warningOf } from '../report/diagnoses.ts'
import type { WarningEvent } from '../report/events.ts'
import type { Federation } from './iam.ts'
import { type ProfileFile, readProfile } from './profile.ts'
import type { Provided, Provider } from './provider.ts'

export class ProfileProvider implements Provider {
  readonly canLock = true
  readonly #file: ProfileFile
  readonly #federate: (federation: Federation) => Provider
  readonly #warn: (event: WarningEvent) => void
  #federated: Provider | undefined
  #hasWarned = false

  constructor(
    file: ProfileFile,
    federate: (federation: Federation) => Provider,
    warn: (event: WarningEvent) => void
  ) {
    this.#file = file
    this.#federate = federate
    this.#warn = warn
  }

  async provide(): Promise<Provided> {
    const profile = readProfile(this.#file)
    if ('given' in profile)
      throw new DisCredentialsError('CREDENTIALS_UNREADABLE', profile.given, profile.cure)
    const { exposure, federation, keys, projectId } = profile
    if (exposure !== undefined) this.#warnOnce(exposure)
    if (keys !== undefined) return { credentials: keys, endsAt: undefined, lifetimeMs: undefined, projectId }
    if (federation === undefined) throw new TypeError('a profile holds keys or a federation')
    this.#federated ??= this.#federate(federation)
    return { ...(await this.#federated.provide()), projectId }
  }

  async close(): Promise<void> {
    await this.#federated?.close()
  }

  #warnOnce(exposure: string): void {
    if (this.#hasWarned) return
    this.#hasWarned = true
    this.#warn(warningOf('CREDENTIALS_FILE_OPEN', exposure))
  }
}
