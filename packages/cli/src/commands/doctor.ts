/** `dis-logs doctor`: what stands between this machine and a stream, and what to do about it. */
import type { Command } from '../command.ts'
import { CREDENTIALS_NOTE } from '../credentials.ts'
import type { Demand } from '../doctor/advice.ts'
import type { Check } from '../doctor/check.ts'
import { type Examination, examine } from '../doctor/examine.ts'
import { Redactor } from '../doctor/redactor.ts'
import { jsonTo, linesTo } from '../doctor/report.ts'
import { watchRounds } from '../doctor/watch.ts'
import { defineFlags, parseFlags, secondsAsMs, wholeNumber } from '../flags.ts'
import type { CommandHelp } from '../help.ts'
import type { Io } from '../io.ts'
import { connectionFlags, connectionOptions } from '../options.ts'
import { stopOnSignals } from '../signals.ts'
import { STATUS, UsageError } from '../status.ts'

const DEFAULT_TIMEOUT_S = 10
const DEFAULT_MEASURE_S = 1
const DEFAULT_BYTES = 250
const DEFAULT_INTERVAL_MS = 10_000

const flags = defineFlags({
  ...connectionFlags,
  write: { type: 'boolean', help: 'also send one test record, to see whether the credentials may write' },
  timeout: {
    type: 'string',
    value: '<s>',
    help: `longest wait for an answer, in seconds (default: ${DEFAULT_TIMEOUT_S})`
  },
  rate: {
    type: 'string',
    value: '<n>',
    help: 'lines/s that will come, at the most, instead of those that come now'
  },
  bytes: { type: 'string', value: '<n>', help: `bytes of a line, with --rate (default: ${DEFAULT_BYTES})` },
  measure: {
    type: 'string',
    value: '<s>',
    help: `how long to look at what comes, in seconds; 0: not at all (default: ${DEFAULT_MEASURE_S})`
  },
  'no-aggregate': { type: 'boolean', help: 'lines are not packed: what aggregate would break is no failure' },
  watch: { type: 'boolean', help: 'look again and again, and tell what has changed' },
  interval: {
    type: 'string',
    value: '<s>',
    help: 'time between two looks with --watch, in seconds (default: 10)'
  },
  json: { type: 'boolean', help: 'one JSON object on stdout instead of lines; with --watch one a line' }
})

const help: CommandHelp = {
  summary: 'check the way to a stream, and say what to mend',
  usage: '[flags]',
  flags,
  notes: [
    'Looks at the configuration and where each value comes from, credentials, clock, name resolution, TLS, endpoint, access, project, stream, partitions and their limits, and with --write whether a record is taken. One line each on stdout: ✔ fine, ✘ failed and what to do, – skipped.',
    'data type and dump tasks fail where the option aggregate would break them: several lines in one record are one value to a stream of JSON or CSV, to a dump of Parquet, and to one of text without a newline between records. options holds what comes (--rate and --bytes, else what is measured) against the limits of all partitions, recommends options, and fails if the stream is too small.',
    '--watch tells the whole only once, and then what has changed. After refused credentials it waits for five minutes: five refusals lock a key.',
    '--json: { ok, checks: [{ name, ok, detail, cure }] }, where the ok of a skipped check is null; with --watch also at. No secret is ever printed, and of an access key its first four characters.',
    CREDENTIALS_NOTE,
    'Exit status: 0 if nothing failed; 1 otherwise, also for a configuration that cannot work; 2 wrong usage; 130, 143 after SIGINT, SIGTERM with --watch.'
  ],
  examples: [
    'dis-logs doctor --stream app-logs --rate 5000 --bytes 250',
    'dis-logs doctor --stream app-logs --write --json'
  ]
}

/** The verb `doctor`. */
export const doctor: Command = {
  help,
  async run(args, io) {
    const { values, positionals } = parseFlags(flags, args)
    if (positionals[0] !== undefined)
      throw new UsageError('doctor takes flags only; the stream is --stream <name>')
    const timeoutMs = (wholeNumber('timeout', values.timeout, 1, 300) ?? DEFAULT_TIMEOUT_S) * 1_000
    const intervalMs = secondsAsMs('interval', values.interval)
    if (intervalMs !== undefined && values.watch !== true) throw new UsageError('--interval is for --watch')
    const redactor = new Redactor(process.env)
    const examination = {
      options: { ...connectionOptions(values), requestTimeoutMs: timeoutMs },
      env: process.env,
      timeoutMs,
      mayWrite: values.write === true,
      packs: values['no-aggregate'] !== true,
      demand: demandOf(values.rate, values.bytes),
      measureMs: (wholeNumber('measure', values.measure, 0, 60) ?? DEFAULT_MEASURE_S) * 1_000
    }
    if (values.watch === true)
      return watch(examination, redactor, intervalMs ?? DEFAULT_INTERVAL_MS, values.json === true, io)
    const report = values.json === true ? jsonTo(io) : linesTo(io)
    let hasFailed = false
    for await (const check of redacted(examination, redactor)) {
      hasFailed ||= check.ok === false
      report.add(check)
    }
    report.end()
    return hasFailed ? STATUS.failed : STATUS.ok
  }
}

/** @throws UsageError for numbers that are none */
function demandOf(rate: string | undefined, bytes: string | undefined): Demand | undefined {
  const linesPerSecond = wholeNumber('rate', rate, 1, 1_000_000_000)
  const bytesPerLine = wholeNumber('bytes', bytes, 1, 1_048_576) ?? DEFAULT_BYTES
  if (linesPerSecond !== undefined) return { linesPerSecond, bytesPerLine, from: '--rate' }
  if (bytes !== undefined) throw new UsageError('--bytes is for --rate: --rate <lines/s> --bytes <of a line>')
  return undefined
}

async function watch(
  examination: Examination,
  redactor: Redactor,
  intervalMs: number,
  asJson: boolean,
  io: Io
): Promise<number> {
  const stop = stopOnSignals(io)
  const gone = new AbortController()
  io.stdout.on('error', () => gone.abort())
  const signal = AbortSignal.any([stop.signal, gone.signal])
  const begin = () => {
    let isRefused = false
    const onRefusal = () => {
      isRefused = true
    }
    return { checks: redacted({ ...examination, signal, onRefusal }, redactor), isRefused: () => isRefused }
  }
  try {
    await watchRounds(begin, intervalMs, asJson, { beforeExit: stop.beforeExit, signal }, io)
  } finally {
    stop.release()
  }
  return stop.status ?? STATUS.ok
}

async function* redacted(examination: Examination, redactor: Redactor): AsyncGenerator<Check> {
  for await (const check of examine(examination, redactor)) yield redactor.redact(check)
}
