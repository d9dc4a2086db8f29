/** Are there credentials? Whether DIS takes them is seen later, by the first signed request. */
import { type CredentialFacts, type DisClient, DisCredentialsError, type Inspection } from '@dis-logs/core'
import { type Check, failed, passed, skipped } from './check.ts'
import { curesOf, isAboutCredentials } from './configuration.ts'
import { maskKey, type Redactor } from './redactor.ts'

const NAME = 'credentials'
const RENEW = 'renew them where they come from; if they are good, set the clock of this machine'

/** `client` is undefined if the configuration does not allow one. Keys that are found are hidden from then on. */
export async function checkCredentials(
  { problems }: Inspection,
  client: DisClient | undefined,
  redactor: Redactor,
  now: number
): Promise<Check> {
  const wrong = problems.filter(isAboutCredentials)
  if (wrong.length > 0)
    return failed(NAME, wrong.map(({ given }) => `got ${given}`).join('; '), curesOf(wrong))
  if (client === undefined) return skipped(NAME, 'configuration failed')
  try {
    const facts = await client.identify()
    redactor.hideKey(facts.accessKey)
    const isOver = facts.endsAt !== undefined && facts.endsAt <= now
    return isOver ? failed(NAME, describe(facts, now), RENEW) : passed(NAME, describe(facts, now))
  } catch (error) {
    return refusal(NAME, error)
  }
}

/** An error that says why there are no credentials, or no project. Anything else is a bug and is thrown. */
export function refusal(name: string, error: unknown): Check {
  if (!(error instanceof DisCredentialsError)) throw error
  return failed(name, `${error.reason}: ${error.message}`, error.cure)
}

function describe({ accessKey, endsAt, from, kind }: CredentialFacts, now: number): string {
  const key = accessKey === undefined ? '' : ` ${maskKey(accessKey)}`
  return `${kind}${key} from ${from}${endOf(kind, endsAt, now)}`
}

function endOf(kind: CredentialFacts['kind'], endsAt: number | undefined, now: number): string {
  if (endsAt === undefined) return kind === 'keys' ? '' : ', nobody says until when'
  const time = new Date(endsAt).toISOString()
  return endsAt <= now ? `, over since ${time} by the clock of this machine` : `, good until ${time}`
}
