/** `dis-logs replay`: dead letters → the stream, once more. */
import { addAbortSignal } from 'node:stream'
import type { Command } from '../command.ts'
import { CREDENTIALS_NOTE, requireCredentials } from '../credentials.ts'
import { defineFlags, parseFlags, secondsAsMs } from '../flags.ts'
import type { CommandHelp } from '../help.ts'
import type { Io } from '../io.ts'
import { LineSplitter } from '../lines.ts'
import { connectionFlags, connectionOptions } from '../options.ts'
import { complain, count, lines, say } from '../output.ts'
import { parseLetter } from '../replay/letters.ts'
import { Sender } from '../replay/sender.ts'
import { DEFAULT_PATIENCE } from '../ship/settle.ts'
import { causeOf, type Source, sourcesOf } from '../ship/sources.ts'
import { type Stop, stopOnSignals } from '../signals.ts'
import { STATUS, UsageError } from '../status.ts'

const flags = defineFlags({
  ...connectionFlags,
  code: {
    type: 'string',
    multiple: true,
    value: '<code>',
    help: 'only letters with this code, as in DIS.4302; repeat for several (default: all)'
  },
  'dead-letter': { type: 'string', value: '<file>', help: 'where letters go that are refused again' },
  timeout: { type: 'string', value: '<s>', help: 'longest wait at the end, in seconds (default: see ship)' }
})

const help: CommandHelp = {
  summary: 'send dead letters again',
  usage: '[flags] <file…>',
  flags,
  notes: [
    'Each line of the files is a dead letter as the option deadLetter writes it. The log line in it is sent to where it was going: by its partition key, hash key or partition id. Files are read and never changed: delete them when all was sent.',
    'A letter that is refused again, or cannot be sent, goes to --dead-letter, which must be another file; without it, it is counted only.',
    CREDENTIALS_NOTE,
    'Exit status: 0 only if every letter was delivered; 1 otherwise; 2 wrong usage; 130, 143 after a signal.'
  ],
  examples: [
    'dis-logs replay dead-letters.ndjson',
    'dis-logs replay --code NOT_SENT --dead-letter again.ndjson dead.ndjson'
  ]
}

interface Count {
  letters: number
  skipped: number
  unreadable: number
}

/** The verb `replay`. */
export const replay: Command = {
  help,
  async run(args, io) {
    const { values, positionals } = parseFlags(flags, args)
    if (positionals.length === 0) throw new UsageError('replay needs a file: dis-logs replay <file…>')
    const deadLetter = values['dead-letter']
    if (deadLetter !== undefined && positionals.includes(deadLetter)) {
      throw new UsageError('--dead-letter must be another file than those that are read')
    }
    const totalMs = secondsAsMs('timeout', values.timeout)
    const connection = connectionOptions(values)
    await requireCredentials(connection)
    const sender = new Sender({
      ...connection,
      ...(deadLetter === undefined ? {} : { deadLetter })
    })
    const counted: Count = { letters: 0, skipped: 0, unreadable: 0 }
    const stop = stopOnSignals(io)
    try {
      for (const source of sourcesOf(positionals, io)) {
        if (!stop.signal.aborted) await read(source, new Set(values.code), sender, counted, stop, io)
      }
      await sender.end(totalMs === undefined ? DEFAULT_PATIENCE : { totalMs }, stop.signal)
      return tell(sender, counted, stop, io)
    } finally {
      stop.release()
    }
  }
}

async function read(
  source: Source,
  codes: ReadonlySet<string>,
  sender: Sender,
  counted: Count,
  { signal }: Stop,
  io: Io
): Promise<void> {
  const splitter = new LineSplitter()
  let number = 0
  const send = async (texts: Iterable<Buffer>) => {
    for (const text of texts) {
      number++
      const letter = parseLetter(text)
      if (typeof letter === 'string') {
        counted.unreadable++
        complain(io, 'replay', `${source.name}: line ${number} is no dead letter: ${letter}`)
      } else if (codes.size > 0 && !codes.has(letter.code)) counted.skipped++
      else {
        counted.letters++
        await sender.send(letter, signal)
      }
    }
  }
  try {
    for await (const chunk of addAbortSignal(signal, source.open())) {
      await send(splitter.push(Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk)))
    }
    await send(splitter.end())
  } catch (error) {
    if (signal.aborted) return
    counted.unreadable++
    complain(io, 'replay', `cannot read ${source.name}: ${causeOf(error)}`)
  }
}

function tell(sender: Sender, { letters, skipped, unreadable }: Count, stop: Stop, io: Io): number {
  const { delivered, rejected, dropped, retriedRecords } = sender.totals()
  say(
    io,
    'replay',
    [
      `${lines(letters)} sent again`,
      `${count(delivered)} delivered`,
      `${count(rejected)} rejected`,
      `${count(dropped)} not sent`,
      `${count(skipped)} skipped`,
      `${count(unreadable)} unreadable`,
      `${count(retriedRecords)} retries`
    ].join(', ')
  )
  for (const complaint of sender.complaints()) complain(io, 'replay', complaint)
  if (stop.status !== undefined) return stop.status
  return delivered === letters && unreadable === 0 ? STATUS.ok : STATUS.failed
}
