/** The flags that say where the stream is, and what the library advises in terms of flags. */
import { type DisConfigError, type DisOptions, renderCure } from '@dis-logs/core'
import { defineFlags, oneOf } from './flags.ts'
import { UsageError } from './status.ts'

/** Where the stream is. What is left out comes from the environment, as in the library. */
export const connectionFlags = defineFlags({
  stream: { type: 'string', value: '<name>', help: 'stream (DIS_STREAM_NAME)' },
  region: { type: 'string', value: '<name>', help: 'region, as in cn-north-4 (DIS_REGION)' },
  endpoint: {
    type: 'string',
    value: '<url>',
    help: 'https://host[:port] instead of a region (DIS_ENDPOINT)'
  },
  'project-id': { type: 'string', value: '<id>', help: 'project that owns the stream (DIS_PROJECT_ID)' },
  'stream-id': { type: 'string', value: '<id>', help: 'for a stream of another account (DIS_STREAM_ID)' },
  signing: { type: 'string', value: '<scheme>', help: 'sdk, dis or derived (default: sdk)' }
})

/** Which partition each line goes to. */
export const routingFlags = defineFlags({
  'partition-key': {
    type: 'string',
    multiple: true,
    value: '<path>',
    help: 'field whose value is the key, as in tenant.id; repeat to try several (default: hostname)'
  },
  'partition-id': { type: 'string', value: '<id>', help: 'one partition for all lines' },
  spread: { type: 'boolean', help: 'send no key: DIS spreads the lines over all partitions' }
})

interface ConnectionValues {
  readonly stream?: string | undefined
  readonly region?: string | undefined
  readonly endpoint?: string | undefined
  readonly 'project-id'?: string | undefined
  readonly 'stream-id'?: string | undefined
  readonly signing?: string | undefined
}

interface RoutingValues {
  readonly 'partition-key'?: readonly string[] | undefined
  readonly 'partition-id'?: string | undefined
  readonly spread?: boolean | undefined
}

/** @throws UsageError for a signing scheme that does not exist; the rest is for the library to check */
export function connectionOptions(values: ConnectionValues): DisOptions {
  const signing = oneOf('signing', values.signing, ['sdk', 'dis', 'derived'])
  return {
    ...(values.stream === undefined ? {} : { streamName: values.stream }),
    ...(values.region === undefined ? {} : { region: values.region }),
    ...(values.endpoint === undefined ? {} : { endpoint: values.endpoint }),
    ...(values['project-id'] === undefined ? {} : { projectId: values['project-id'] }),
    ...(values['stream-id'] === undefined ? {} : { streamId: values['stream-id'] }),
    ...(signing === undefined ? {} : { signing })
  }
}

/** @throws UsageError if more than one way is asked for */
export function routingOptions(values: RoutingValues): DisOptions {
  const keys = values['partition-key']
  const ways = [values['partition-id'] !== undefined, keys !== undefined, values.spread === true]
  if (ways.filter(Boolean).length > 1) {
    throw new UsageError('allowed: one of --partition-key, --partition-id, --spread')
  }
  return {
    ...(values['partition-id'] === undefined ? {} : { partitionId: values['partition-id'] }),
    ...(keys === undefined ? {} : { partitionKey: keys }),
    ...(values.spread === true ? { partitionKey: null } : {})
  }
}

/** Options of the library and the flags that set them, by the commands that have those flags. */
type FlagNames = Readonly<Record<string, string>>

const CONNECTION: FlagNames = {
  streamName: '--stream',
  streamId: '--stream-id',
  region: '--region',
  endpoint: '--endpoint',
  projectId: '--project-id',
  signing: '--signing'
}

const SHIP: FlagNames = {
  ...CONNECTION,
  partitionKey: '--partition-key',
  partitionId: '--partition-id',
  aggregate: '--aggregate',
  ordered: '--ordered',
  'batch.lingerMs': '--linger-ms',
  'batch.maxRecords': '--max-records'
}

const DOCTOR: FlagNames = { ...CONNECTION, requestTimeoutMs: '--timeout' }

const ALL: FlagNames = { ...SHIP, deadLetter: '--dead-letter', dir: '<dir>', 'spool.dir': '<dir>' }

/** A cure, as the library gives it, in terms of the flags of some commands. */
export type CureText = (cure: string) => string

/** For every command that reaches a stream. */
export const inFlags: CureText = cureTextFor(CONNECTION)
/** For `ship`. */
export const inShipFlags: CureText = cureTextFor(SHIP)
/** For `doctor`. */
export const inDoctorFlags: CureText = cureTextFor(DOCTOR)
// Only what a flag of the command has set can be wrong, or what every command needs.
const inAnyFlags = cureTextFor(ALL)

function cureTextFor(flags: FlagNames): CureText {
  return (cure) =>
    renderCure(cure, (option, value) => {
      const flag = flags[option]
      if (flag === undefined || value === undefined || value === 'true') return flag
      return `${flag} ${value.replaceAll("'", '')}`
    })
}

/** The flag that sets an option; the option's own name where there is none. */
export function flagOf(option: string): string {
  return ALL[option] ?? option
}

/** Each problem of a configuration error in a line, named after its flag where there is one. */
export function describeConfigError(error: DisConfigError): string[] {
  return error.problems.map(
    ({ option, given, cure }) => `${flagOf(option)}: got ${given}; ${inAnyFlags(cure)}`
  )
}
