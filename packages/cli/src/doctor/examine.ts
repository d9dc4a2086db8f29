/**
 * All checks, in the order in which they are told. What cannot be looked at because something before it failed is
 * skipped, and so is what would hammer at a closed door: five refused requests lock an access key.
 */
import {
  type ConfigProblem,
  createClient,
  type DisClient,
  DisConfigError,
  type DisOptions,
  inspectConfiguration
} from '@dis-logs/core'
import { areCredentialsRefused } from '../tail/failure.ts'
import { advise, type Demand } from './advice.ts'
import { type Check, skipped } from './check.ts'
import { checkConfiguration } from './configuration.ts'
import { checkCredentials } from './credentials.ts'
import { measure } from './measure.ts'
import { checkClock, checkDns, checkEndpoint, checkTls } from './network.ts'
import { checkDataType, checkDumps, findDumps, packingBy } from './packing.ts'
import type { Redactor } from './redactor.ts'
import { checkStream, describe, mayStillWrite, streamOf } from './stream.ts'
import { checkWrite } from './write.ts'

export interface Examination {
  readonly options: DisOptions
  readonly env: Readonly<Record<string, string | undefined>>
  /** Longest wait for each answer. */
  readonly timeoutMs: number
  /** Whether a test record may be written. */
  readonly mayWrite: boolean
  /** Whether lines are packed, or may be: option `aggregate`. */
  readonly packs: boolean
  /** What will come; if undefined, it is measured for `measureMs`. */
  readonly demand: Demand | undefined
  readonly measureMs: number
  /** Gives up what is under way. The checks that come then say nothing. */
  readonly signal?: AbortSignal
  /** Called when DIS refuses the credentials. Five times lock a key for five minutes. */
  onRefusal?(): void
}

/** Each check as soon as it is done. */
export async function* examine(examination: Examination, redactor: Redactor): AsyncGenerator<Check> {
  const { env, options, signal, timeoutMs } = examination
  const inspection = inspectConfiguration(options, env)
  const { origin, problems, values } = inspection
  const client = clientFor(options, problems)
  const giveUp = () => void client?.close()
  signal?.addEventListener('abort', giveUp)
  try {
    yield checkConfiguration(inspection)
    const credentials = await checkCredentials(inspection, client, redactor, Date.now())
    yield credentials
    if (origin === undefined) {
      yield* ['clock', 'dns', 'tls', 'endpoint'].map((name) => skipped(name, BROKEN))
      yield* unreachable(BROKEN)
      return
    }
    const probe = await inspection.probeEndpoint(timeoutMs, signal)
    yield checkClock(probe)
    const network = [await checkDns(origin, values), checkTls(origin, probe)]
    const endpoint = checkEndpoint(origin, probe, network)
    yield* [...network, endpoint]
    if (endpoint.ok !== true) yield* unreachable('the endpoint cannot be reached')
    else if (credentials.ok === false) yield* unreachable('credentials failed')
    else if (client === undefined || problems.length > 0) yield* unreachable(BROKEN)
    else {
      const isProjectGiven = values.some(({ option }) => option === 'projectId')
      yield* examineService(client, isProjectGiven, examination)
    }
  } finally {
    signal?.removeEventListener('abort', giveUp)
    await client?.close()
  }
}

/** A stream without a name is nothing to ask for, but who would ask is worth knowing all the same. */
function clientFor(options: DisOptions, problems: readonly ConfigProblem[]): DisClient | undefined {
  if (problems.length === 0) return createClient(options)
  if (problems.some(({ option }) => option !== 'streamName')) return undefined
  try {
    return createClient({ ...options, streamName: 'nameless' })
  } catch (error) {
    // A name that is not one hid what else is wrong; it is told when the name is mended.
    if (error instanceof DisConfigError) return undefined
    throw error
  }
}

async function* examineService(
  client: DisClient,
  isProjectGiven: boolean,
  { demand, mayWrite, measureMs, onRefusal, options, packs, signal, timeoutMs }: Examination
): AsyncGenerator<Check> {
  const described = await describe(client)
  if (areCredentialsRefused(described.stream)) onRefusal?.()
  const checks = checkStream(described, isProjectGiven)
  yield* checks
  const found = checks.find(({ ok }) => ok === false)
  const stream = streamOf(described)
  if (found !== undefined || stream === undefined) {
    yield* USES.map((name) => skipped(name, `${found?.name ?? 'stream'} failed`))
  } else {
    const dumps = await findDumps(client)
    const uses = [checkDataType(stream, packs), checkDumps(dumps, packs)]
    yield* uses
    const packing = !packs || uses.some(({ ok }) => ok === false) ? 'no' : packingBy(dumps)
    yield advise(stream, demand ?? (await measure(client, measureMs, signal)), packing)
  }
  if (!mayWrite) yield skipped('write', NOT_ASKED)
  else if (found === undefined || mayStillWrite(described)) yield checkWrite(options, timeoutMs)
  else yield skipped('write', `${found.name} failed`)
}

/** What depends on what the stream is. */
const USES = ['data type', 'dump tasks', 'options']

const BROKEN = 'configuration failed'
const NOT_ASKED = 'only --write sends a test record'

function unreachable(why: string): Check[] {
  return ['access', 'project', 'stream', 'partitions', ...USES, 'write'].map((name) => skipped(name, why))
}
