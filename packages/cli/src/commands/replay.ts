/** `dis-logs replay`: dead letters, and what dead owners left in the folder of a spool → the stream, once more. */
import { statSync } from 'node:fs'
import type { Command } from '../command.ts'
import { CREDENTIALS_NOTE, requireCredentials } from '../credentials.ts'
import { defineFlags, parseFlags, secondsAsMs } from '../flags.ts'
import type { CommandHelp } from '../help.ts'
import { connectionFlags, connectionOptions } from '../options.ts'
import { replayLetters } from '../replay/letter-files.ts'
import { ownFileCheck, refuseOwnFile } from '../replay/own-file.ts'
import { Sender } from '../replay/sender.ts'
import { replaySpools } from '../replay/spool-folder.ts'
import { planSpool, type SpoolPlan } from '../replay/spool-plan.ts'
import { DEFAULT_PATIENCE } from '../ship/settle.ts'
import { sourcesOf } from '../ship/sources.ts'
import { stopOnSignals } from '../signals.ts'
import { STATUS, UsageError } from '../status.ts'

const flags = defineFlags({
  ...connectionFlags,
  code: {
    type: 'string',
    multiple: true,
    value: '<code>',
    help: 'only letters with this code, as in DIS.4302; repeat for several (default: all)'
  },
  'dead-letter': { type: 'string', value: '<file>', help: 'where lines go that are refused (again)' },
  timeout: { type: 'string', value: '<s>', help: 'longest wait at the end, in seconds (default: see below)' }
})

const help: CommandHelp = {
  summary: 'send dead letters again, or what waits in the folder of a spool',
  usage: '[flags] <file or dir…>',
  flags,
  notes: [
    'Each line of a file is a dead letter as the option deadLetter writes it. The log line in it is sent to where it was going: by its partition key, hash key or partition id. Files are read and never changed: delete them when all was sent.',
    'A folder is that of a spool (option spool.dir). What owners left there that are dead is sent to the stream that stands with the lines, by the route that stands with them; delivered lines are removed. A flag that names another stream is wrong usage. Lines whose owner lives are left alone and listed: it sends them. Where an owner cannot be asked (it ran on another machine, or before a restart), a minute without its heartbeat is waited for. dis-logs spool <dir> shows what waits.',
    'Parts of the older format name no stream. Their lines go where --stream says (or the environment); without it nothing is sent from their folder, because every producer takes them along.',
    'A line that is refused goes to --dead-letter, which must be another file than those that are read, by whatever name. Without it a letter is counted only, and a line of a folder is gone from there, too. A stream that does not exist is noticed before anything is sent.',
    'While DIS cannot be reached, lines wait. replay gives up when no line was delivered for 30 seconds, or after --timeout seconds at the end of each file or folder. What is left of a folder stays there.',
    CREDENTIALS_NOTE,
    'Exit status: 0 only if every line was delivered (but for those of living owners); 1 otherwise, also for damage and files that were set aside; 2 wrong usage; 130, 143 after a signal.'
  ],
  examples: [
    'dis-logs replay --code NOT_SENT --dead-letter again.ndjson dead-letters.ndjson',
    'dis-logs replay --dead-letter refused.ndjson /var/spool/my-app'
  ]
}

/** The verb `replay`. */
export const replay: Command = {
  help,
  async run(args, io) {
    const { values, positionals } = parseFlags(flags, args)
    if (positionals.length === 0)
      throw new UsageError('replay needs a file or a folder: dis-logs replay <file or dir…>')
    const deadLetter = values['dead-letter']
    if (deadLetter !== undefined) refuseOwnFile(positionals, deadLetter)
    const folders = positionals.filter(isFolder)
    const files = positionals.filter((path) => !folders.includes(path))
    if (values.code !== undefined && files.length === 0) {
      throw new UsageError('--code picks dead letters; the lines in the folder of a spool have no code')
    }
    const totalMs = secondsAsMs('timeout', values.timeout)
    const patience = totalMs === undefined ? DEFAULT_PATIENCE : { totalMs }
    const connection = connectionOptions(values)
    // All that can be wrong is found out before anything is sent.
    const plans: SpoolPlan[] = []
    for (const folder of folders) plans.push(await planSpool(folder, connection, deadLetter))
    if (files.length > 0) await requireCredentials(connection)
    const stop = stopOnSignals(io)
    let isDelivered = true
    try {
      if (files.length > 0) {
        const sender = new Sender({ ...connection, ...(deadLetter === undefined ? {} : { deadLetter }) })
        const letters = { codes: new Set(values.code), patience }
        const check = deadLetter === undefined ? undefined : ownFileCheck(deadLetter)
        isDelivered = await replayLetters(sourcesOf(files, io, check), sender, letters, stop, io)
      }
      if (!stop.signal.aborted) isDelivered = (await replaySpools(plans, patience, stop, io)) && isDelivered
    } finally {
      stop.release()
    }
    if (stop.status !== undefined) return stop.status
    return isDelivered ? STATUS.ok : STATUS.failed
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path, { bigint: true }).isDirectory()
  } catch {
    // Missing, too long, or not to be looked at: opening it says so.
    return false
  }
}
