/** `dis-logs local`: a local DIS in the foreground. */
import {
  type AuthOptions,
  createLocalDis,
  type LocalDis,
  LocalDisOptionError,
  type LocalDisStats
} from '@dis-logs/local'
import type { Command } from '../command.ts'
import { defineFlags, parseFlags, wholeNumber } from '../flags.ts'
import type { CommandHelp } from '../help.ts'
import type { Io } from '../io.ts'
import { count, say } from '../output.ts'
import { isRunByNpx, onParentEnd } from '../parent-end.ts'
import { causeOf } from '../ship/sources.ts'
import { stopOnSignals } from '../signals.ts'
import { CommandError, STATUS, UsageError } from '../status.ts'

const DEFAULT_PORT = 4870
const DEFAULT_PARTITIONS = 3
const DEFAULT_STREAM = 'app-logs'
// What a partition count may be; the server says the same, but in terms of its own options.
const MAX_PARTITIONS = 10_000

const flags = defineFlags({
  stream: {
    type: 'string',
    multiple: true,
    value: '<name[:partitions]>',
    help: `a stream to start with; repeat for several (default: ${DEFAULT_STREAM})`
  },
  partitions: {
    type: 'string',
    value: '<n>',
    help: `partitions of a stream (default: ${DEFAULT_PARTITIONS})`
  },
  port: { type: 'string', value: '<n>', help: `port; 0 takes a free one (default: ${DEFAULT_PORT})` },
  host: { type: 'string', value: '<address>', help: 'address to listen on (default: 127.0.0.1)' },
  'allow-host': {
    type: 'string',
    multiple: true,
    value: '<name[:port]>',
    help: 'a name by which clients may reach it, such as that of a container; repeat for several'
  },
  'no-limits': { type: 'boolean', help: 'no limits of 1,000 records and 1 MB a second for each partition' },
  'no-viewer': { type: 'boolean', help: 'no page that shows what arrives' },
  'stop-with-parent': {
    type: 'boolean',
    help: 'end when the process that started it ends, as it always does under npx'
  },
  auth: { type: 'boolean', help: 'let in only the credentials of the environment, signatures checked' }
})

const help: CommandHelp = {
  summary: 'run a local DIS for development and tests',
  usage: '[flags]',
  flags,
  notes: [
    'Records are kept in memory. The URL goes to stdout once the server listens; the address of its page, and what to put into the environment of your program, go to stderr.',
    'The page shows what arrives, as it arrives, and has a switch for every fault. With --auth its address has a key: who has it sees the records.',
    'Without --auth every request is let in. --auth takes HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK (and HUAWEICLOUD_SDK_SECURITY_TOKEN), or DIS_TOKEN, from the environment; never from flags, because they can be seen in the process list.',
    'Requests of other web pages are refused, and so is every Host header but localhost, IP addresses, --host and --allow-host.',
    'It holds up to 256 MiB of records a partition and 1 GiB in all, then the oldest go, and 128 MiB of requests under way, then it answers 429. A request may have 12 MiB and take 30 s.',
    'Runs until SIGINT or SIGTERM, or under npx until npx is ended, then prints its counts. Exit status: 0; 1 if the port cannot be had; 2 wrong usage.'
  ],
  examples: [
    'dis-logs local --stream app-logs --partitions 3',
    'dis-logs local --port 0 --stream app-logs:1 --stream audit:2 --no-limits'
  ]
}

/** The verb `local`. */
export const local: Command = {
  help,
  async run(args, io) {
    const { values, positionals } = parseFlags(flags, args)
    if (positionals[0] !== undefined)
      throw new UsageError('local takes flags only; a stream is --stream <name>')
    const partitions = wholeNumber('partitions', values.partitions, 1, MAX_PARTITIONS) ?? DEFAULT_PARTITIONS
    const streams = (values.stream ?? [DEFAULT_STREAM]).map((text) => parseStream(text, partitions))
    const auth = values.auth === true ? authFromEnvironment() : undefined
    const stop = stopOnSignals(io)
    const orphaned = new AbortController()
    const watches = values['stop-with-parent'] === true || isRunByNpx(process.env)
    const unwatch = watches ? onParentEnd(() => orphaned.abort()) : undefined
    try {
      const dis = await start({
        port: wholeNumber('port', values.port, 0, 65_535) ?? DEFAULT_PORT,
        host: values.host,
        allowedHosts: values['allow-host'] ?? [],
        streams,
        limits: values['no-limits'] !== true,
        viewer: values['no-viewer'] !== true,
        auth
      })
      io.stderr.write(environmentBlock(dis, streams[0]?.name ?? DEFAULT_STREAM, auth !== undefined))
      io.stdout.write(`${dis.url}\n`)
      await untilAborted(AbortSignal.any([stop.signal, orphaned.signal]))
      const counts = await dis.stats()
      await dis.close()
      tellCounts(counts, io)
    } finally {
      stop.release()
      unwatch?.()
    }
    return STATUS.ok
  }
}

interface NamedStream {
  readonly name: string
  readonly partitions: number
}

function parseStream(text: string, partitions: number): NamedStream {
  const [, name, own] = /^([A-Za-z0-9_-]{1,64})(?::(\d+))?$/.exec(text) ?? []
  if (name === undefined) {
    throw new UsageError(
      `--stream: got '${text}'; allowed: a name of 1 to 64 letters, digits, - and _, and perhaps :<partitions>`
    )
  }
  return { name, partitions: wholeNumber('stream', own, 1, MAX_PARTITIONS) ?? partitions }
}

function authFromEnvironment(): AuthOptions {
  const { env } = process
  const token = env['DIS_TOKEN']
  const accessKey = env['HUAWEICLOUD_SDK_AK'] ?? env['CLOUD_SDK_AK']
  const secretKey = env['HUAWEICLOUD_SDK_SK'] ?? env['CLOUD_SDK_SK']
  const securityToken = env['HUAWEICLOUD_SDK_SECURITY_TOKEN'] || undefined
  const keys = accessKey && secretKey ? [{ accessKey, secretKey, securityToken }] : []
  if (keys.length === 0 && !token)
    throw new UsageError(
      `--auth found no credentials: set HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK, or DIS_TOKEN`
    )
  return { keys, tokens: token ? [token] : [] }
}

async function start(
  options: Parameters<typeof createLocalDis>[0] & { readonly port: number }
): Promise<LocalDis> {
  try {
    return await createLocalDis(options)
  } catch (error) {
    if (error instanceof LocalDisOptionError) throw new UsageError(error.message)
    const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
    const cure = isTaken
      ? '; end the program that uses it, or take another port with --port (0: a free one)'
      : ''
    throw new CommandError(`cannot listen on port ${options.port}: ${causeOf(error)}${cure}`)
  }
}

/** Ready to be pasted into a shell. Real credentials are never printed. */
function environmentBlock({ url, viewerUrl }: LocalDis, stream: string, auth: boolean): string {
  const credentials = auth
    ? ['# credentials: those of the environment of this server']
    : ['export HUAWEICLOUD_SDK_AK=local-access-key', 'export HUAWEICLOUD_SDK_SK=local-secret-key']
  return [
    ...(viewerUrl === undefined ? [] : [`# a local DIS is ready; see what arrives: ${viewerUrl}`]),
    '# in the shell of your program:',
    `export DIS_ENDPOINT=${url}`,
    'export DIS_PROJECT_ID=local-project',
    `export DIS_STREAM_NAME=${stream}`,
    ...credentials,
    ''
  ].join('\n')
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

function tellCounts(stats: LocalDisStats, io: Io): void {
  const { requests, recordsAccepted, recordsThrottled, recordsFailed, bytesAccepted } = stats
  say(
    io,
    'local',
    `${count(requests)} requests, ${count(recordsAccepted)} records taken, ${count(recordsThrottled)} throttled, ${count(recordsFailed)} failed, ${count(bytesAccepted)} bytes`
  )
}
