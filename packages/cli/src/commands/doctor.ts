/** `dis-logs doctor`: what stands between this machine and a stream, and what to do about it. */
import type { Command } from '../command.ts'
import { CREDENTIALS_NOTE } from '../credentials.ts'
import { examine } from '../doctor/examine.ts'
import { Redactor } from '../doctor/redactor.ts'
import { jsonTo, linesTo } from '../doctor/report.ts'
import { defineFlags, parseFlags, wholeNumber } from '../flags.ts'
import type { CommandHelp } from '../help.ts'
import { connectionFlags, connectionOptions } from '../options.ts'
import { STATUS, UsageError } from '../status.ts'

const DEFAULT_TIMEOUT_S = 10

const flags = defineFlags({
  ...connectionFlags,
  write: { type: 'boolean', help: 'also send one test record, to see whether the credentials may write' },
  timeout: {
    type: 'string',
    value: '<s>',
    help: `longest wait for an answer, in seconds (default: ${DEFAULT_TIMEOUT_S})`
  },
  json: { type: 'boolean', help: 'one JSON object on stdout instead of lines' }
})

const help: CommandHelp = {
  summary: 'check the way to a stream, and say what to mend',
  usage: '[flags]',
  flags,
  notes: [
    'Looks at the configuration and where each value comes from, credentials, clock, name resolution, TLS, endpoint, access, project, stream, partitions and their limits, and with --write whether a record is taken. One line each on stdout: ✔ fine, ✘ failed and what to do, – skipped.',
    '--json: { ok, checks: [{ name, ok, detail, cure }] }, where the ok of a skipped check is null. No secret is ever printed, and of an access key its first four characters.',
    CREDENTIALS_NOTE,
    'Exit status: 0 if nothing failed; 1 otherwise, also for a configuration that cannot work; 2 wrong usage.'
  ],
  examples: ['dis-logs doctor --stream app-logs', 'dis-logs doctor --stream app-logs --write --json']
}

/** The verb `doctor`. */
export const doctor: Command = {
  help,
  async run(args, io) {
    const { values, positionals } = parseFlags(flags, args)
    if (positionals[0] !== undefined)
      throw new UsageError('doctor takes flags only; the stream is --stream <name>')
    const timeoutMs = (wholeNumber('timeout', values.timeout, 1, 300) ?? DEFAULT_TIMEOUT_S) * 1_000
    const options = { ...connectionOptions(values), requestTimeoutMs: timeoutMs }
    const redactor = new Redactor(process.env)
    const report = values.json === true ? jsonTo(io) : linesTo(io)
    let hasFailed = false
    for await (const check of examine(
      { options, env: process.env, timeoutMs, mayWrite: values.write === true },
      redactor
    )) {
      hasFailed ||= check.ok === false
      report.add(redactor.redact(check))
    }
    report.end()
    return hasFailed ? STATUS.failed : STATUS.ok
  }
}
