/** The stream that stands with lines on disk → options of a producer that takes over exactly those lines. */
import {
  createClient,
  DisCredentialsError,
  type DisOptions,
  DisRequestError,
  inspectConfiguration,
  type SpoolTarget
} from '@dis-logs/core'
import { describeFailure, kindOf } from '../tail/failure.ts'

/** A stream to send to, and variables of the environment that must not stand in for what its options leave open. */
export interface Destination {
  readonly options: DisOptions
  readonly hidden: readonly string[]
}

/** `connection`: flags of the command line; those that say how, not where to, hold here too. */
export function destinationOf(target: SpoolTarget, { region, signing }: DisOptions): Destination {
  const { origin, projectId, streamName, streamId } = target
  const isRegionKnown = region === undefined && regionOf(origin) !== undefined
  return {
    options: {
      endpoint: origin,
      ...(projectId === '' ? {} : { projectId }),
      ...(streamName === '' ? {} : { streamName }),
      ...(streamId === '' ? {} : { streamId }),
      ...(region === undefined ? {} : { region }),
      ...(signing === undefined ? {} : { signing })
    },
    hidden: [
      ...(projectId === '' ? ['DIS_PROJECT_ID', 'HUAWEICLOUD_SDK_PROJECT_ID'] : []),
      ...(streamName === '' ? ['DIS_STREAM_NAME'] : []),
      ...(streamId === '' ? ['DIS_STREAM_ID'] : []),
      // That of the endpoint is signed, not that of another stream.
      ...(isRegionKnown ? ['DIS_REGION', 'HUAWEICLOUD_SDK_REGION'] : [])
    ]
  }
}

/** The region in the name of an endpoint. */
export function regionOf(origin: string): string | undefined {
  return /^https?:\/\/dis\.([a-z0-9-]+)\./.exec(origin)?.[1]
}

/** Runs something synchronous without some variables of the environment. */
export function withoutVariables<T>(names: readonly string[], action: () => T): T {
  const held = names.map((name) => [name, process.env[name]] as const)
  for (const name of names) delete process.env[name]
  try {
    return action()
  } finally {
    for (const [name, value] of held) if (value !== undefined) process.env[name] = value
  }
}

/**
 * Why a producer would leave these lines alone: its project comes from its credentials, and they are of another project
 * than those that were used before. `undefined`: it takes them over.
 */
export function findMismatch(target: SpoolTarget, { options, hidden }: Destination): string | undefined {
  const { values } = withoutVariables(hidden, () => inspectConfiguration(options))
  const project = values.find(({ option }) => option === 'projectId')
  if ((project?.value ?? '') === target.projectId) return undefined
  return `its project was found with the credentials, and here it is ${project?.value} from ${project?.from}: use credentials of the kind that the producer had`
}

const ANSWER_MS = 10_000

/**
 * Why the stream would take nothing; `undefined` if it will, or if that is not known now. Asked first, because a line that
 * is refused is gone from the folder, and because wrong credentials lock a key.
 */
export async function findRefusal({ options, hidden }: Destination): Promise<string | undefined> {
  const client = withoutVariables(hidden, () => createClient({ ...options, requestTimeoutMs: ANSWER_MS }))
  try {
    await client.describeStream()
    return undefined
  } catch (error) {
    if (error instanceof DisCredentialsError) {
      return error.reason === 'CREDENTIALS_UNAVAILABLE' ? undefined : describeFailure(error)
    }
    if (!(error instanceof DisRequestError)) throw error
    // Who may write need not have the right to describe.
    return kindOf(error) === 'final' && error.status !== 403 ? describeFailure(error) : undefined
  } finally {
    await client.close()
  }
}
