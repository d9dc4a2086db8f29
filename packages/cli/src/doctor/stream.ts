/** The first signed request: does DIS take the credentials, know the project, have the stream, and of which size is it? */
import { cureOf, type DisClient, DisCredentialsError, DisRequestError, type StreamInfo } from '@dis-logs/core'
import { count } from '../output.ts'
import { limitInWords, limitOf } from '../stream/limits.ts'
import { type Check, failed, passed, skipped } from './check.ts'
import { refusal } from './credentials.ts'

/** The calls, made; nothing is judged yet. */
export interface Described {
  readonly projectId: string | DisCredentialsError
  /** Undefined if it was not asked for, because there is no project to ask in. */
  readonly stream: StreamInfo | DisRequestError | DisCredentialsError | undefined
}

/** Never rejects but for bugs: a refused call is what this is about. */
export async function describe(client: DisClient): Promise<Described> {
  const projectId = await orRefusal(() => client.findProject())
  if (projectId instanceof DisRequestError) throw projectId
  if (typeof projectId !== 'string') return { projectId, stream: undefined }
  return { projectId, stream: await orRefusal(() => client.describeStream()) }
}

async function orRefusal<T>(call: () => Promise<T>): Promise<T | DisRequestError | DisCredentialsError> {
  try {
    return await call()
  } catch (error) {
    if (error instanceof DisRequestError || error instanceof DisCredentialsError) return error
    throw error
  }
}

/** Which check a refused call belongs to: what is not about project or stream says that DIS was not got at. */
const BELONGS_TO: Readonly<Record<string, 'project' | 'stream'>> = {
  'DIS.4117': 'project',
  'DIS.4301': 'stream',
  'HTTP 410': 'stream',
  'DIS.4205': 'stream',
  // The credentials are known, but may not look at the stream.
  'DIS.4116': 'stream'
}

/** Credentials that may write and nothing else are no worse for that. */
export function mayStillWrite({ stream }: Described): boolean {
  return stream instanceof DisRequestError && stream.serviceCode === 'DIS.4116'
}

/** The stream, if it was told. */
export function streamOf({ stream }: Described): StreamInfo | undefined {
  return stream instanceof DisRequestError || stream instanceof DisCredentialsError ? undefined : stream
}

function placeOf({ serviceCode }: DisRequestError): 'access' | 'project' | 'stream' {
  return BELONGS_TO[serviceCode] ?? 'access'
}

/** In this order: access, project, stream, partitions. */
export function checkStream({ projectId, stream }: Described, isProjectGiven: boolean): Check[] {
  if (typeof projectId !== 'string') {
    const why = 'the project is not known'
    return [skipped('access', why), refusal('project', projectId), ...rest(['stream', 'partitions'], why)]
  }
  if (stream === undefined) throw new TypeError('a known project is asked for its stream')
  if (stream instanceof DisCredentialsError) {
    return [refusal('access', stream), ...rest(['project', 'stream', 'partitions'], 'access failed')]
  }
  const known = [
    passed('access', 'DIS takes the credentials'),
    passed('project', isProjectGiven ? projectId : `${projectId}, found with the credentials`)
  ]
  if (stream instanceof DisRequestError) return judge(stream, known)
  if (stream.streamName === '' && stream.status === '') {
    const cure = cureOf('UNREADABLE_ANSWER')
    return [
      failed('access', 'the answer is not one of DIS', cure),
      ...rest(['project', 'stream', 'partitions'], 'access failed')
    ]
  }
  return [...known, status(stream), partitions(stream)]
}

/** `known`: what would hold if nothing else were wrong. */
function judge(error: DisRequestError, known: readonly Check[]): Check[] {
  const place = placeOf(error)
  const after = ['project', 'stream', 'partitions']
  const { cure, message, requestId } = error
  const ticket = requestId === undefined ? '' : ` (request ${requestId})`
  const failure = failed(place, `${message}${ticket}`, cure)
  const at = ['access', ...after].indexOf(place)
  return [...known.slice(0, at), failure, ...rest(after.slice(at), `${place} failed`)]
}

function rest(names: readonly string[], why: string): Check[] {
  return names.map((name) => skipped(name, why))
}

function status({ status: is, streamName, streamType }: StreamInfo): Check {
  const detail = `${streamName} is ${is}, type ${streamType}`
  return is === 'RUNNING' ? passed('stream', detail) : failed('stream', detail, cureOf('DIS.4205'))
}

function partitions({ partitions: all, streamType }: StreamInfo): Check {
  const active = all.filter((partition) => partition.status === 'ACTIVE').length
  const others = all.length - active
  const gone = others === 0 ? '' : `, ${count(others)} more that take no records`
  if (active === 0) {
    return failed('partitions', `none takes records${gone}`, 'wait, or add partitions in the console')
  }
  const limit = limitOf(streamType)
  const detail = `${count(active)} take${active === 1 ? 's' : ''} records${gone}`
  if (limit === undefined) return passed('partitions', detail)
  const each = `${limitInWords(limit)} each, whichever comes first`
  return passed('partitions', `${detail}: ${each}; ${limitInWords(limit, active)} in all`)
}
