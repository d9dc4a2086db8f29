/** `dis-logs tail`: the records of a stream → standard output. */
import { createClient, type DisClient } from '@dis-logs/core'
import type { Command } from '../command.ts'
import { CREDENTIALS_NOTE } from '../credentials.ts'
import { defineFlags, oneOf, parseFlags, secondsAsMs, wholeNumber } from '../flags.ts'
import type { CommandHelp } from '../help.ts'
import type { Io } from '../io.ts'
import { connectionFlags, connectionOptions } from '../options.ts'
import { complain, say } from '../output.ts'
import { stopOnSignals } from '../signals.ts'
import { CommandError, STATUS, UsageError } from '../status.ts'
import { describeFailure } from '../tail/failure.ts'
import { parseFrom } from '../tail/position.ts'
import { type OutputFormat, Printer } from '../tail/printer.ts'
import { type Selection, StreamReader } from '../tail/stream.ts'
import { onceAMinute } from '../tail/warnings.ts'

const flags = defineFlags({
  ...connectionFlags,
  from: {
    type: 'string',
    value: '<where>',
    help: 'latest, beginning, an ISO time or a sequence number (default: latest)'
  },
  partition: {
    type: 'string',
    multiple: true,
    value: '<id>',
    help: 'only this partition; repeat for several'
  },
  limit: { type: 'string', value: '<n>', help: 'end after n records' },
  'idle-timeout': { type: 'string', value: '<s>', help: 'end when nothing has arrived for s seconds' },
  output: { type: 'string', value: '<format>', help: 'raw: the data; json: an object a line (default: raw)' },
  raw: { type: 'boolean', help: 'on a terminal too, the data byte for byte: see below' },
  quiet: { type: 'boolean', help: 'on stderr only what went wrong' }
})

const help: CommandHelp = {
  summary: 'print the records of a stream as they arrive',
  usage: '[flags]',
  flags,
  notes: [
    'Records go to stdout, everything else to stderr. Order holds within a partition. json has partitionId, partitionKey, sequenceNumber, timestamp and data; data that is not UTF-8 is Base64 and has "encoding":"base64".',
    'Through a pipe and into a file the data goes byte for byte. On a terminal a record could write the clipboard, hide or forge lines: there, what acts on a terminal or has no width is shown as JSON writes it (\\u001b, \\u202e), and bytes that are not UTF-8 as \\xff; tabs and newlines stay. So are the colours of a log that has some, unless --raw says that the stream is trusted. json is written like that everywhere, with the same values.',
    CREDENTIALS_NOTE,
    'Exit status: 0 after --limit, --idle-timeout, or when the reader of stdout has gone; 1 if the stream cannot be read, or records were gone before they were read; 2 wrong usage; 130, 143 after SIGINT, SIGTERM.'
  ],
  examples: [
    'dis-logs tail --stream app-logs | pino-pretty',
    'dis-logs tail --stream app-logs --from 2025-01-31T12:00:00Z --limit 100 --output json'
  ]
}

/** The verb `tail`. */
export const tail: Command = {
  help,
  async run(args, io) {
    const { values, positionals } = parseFlags(flags, args)
    if (positionals[0] !== undefined)
      throw new UsageError('tail takes flags only; the stream is --stream <name>')
    const isHarmless = io.stdout.isTTY === true && values.raw !== true
    const output = oneOf('output', values.output, ['raw', 'json']) ?? 'raw'
    const format = output === 'raw' && isHarmless ? 'terminal' : output
    const limit = wholeNumber('limit', values.limit, 1, Number.MAX_SAFE_INTEGER) ?? Number.POSITIVE_INFINITY
    const idleMs = secondsAsMs('idle-timeout', values['idle-timeout'])
    const from = values.from ?? 'latest'
    return new Tail(io, createClient(connectionOptions(values)), format, limit).run(
      { from: parseFrom(from), partitions: values.partition ?? [] },
      idleMs,
      (partitions) => {
        const which = `${partitions} partition${partitions === 1 ? '' : 's'}`
        if (values.quiet !== true) say(io, 'tail', `reading ${which}, from ${from}`)
      }
    )
  }
}

const IDLE_LOOK_MS = 50

class Tail {
  readonly #io: Io
  readonly #client: DisClient
  readonly #done = new AbortController()
  readonly #printer: Printer
  #idleFailure: unknown

  constructor(io: Io, client: DisClient, format: OutputFormat, limit: number) {
    this.#io = io
    this.#client = client
    this.#printer = new Printer(io.stdout, format, limit, () => this.#done.abort())
  }

  async run(
    selection: Selection,
    idleMs: number | undefined,
    opened: (partitions: number) => void
  ): Promise<number> {
    const stop = stopOnSignals(this.#io)
    const signal = AbortSignal.any([stop.signal, this.#done.signal])
    const warn = onceAMinute((text) => complain(this.#io, 'tail', text))
    const reader = new StreamReader(selection, {
      client: this.#client,
      printer: this.#printer,
      signal,
      warn
    })
    let outputError: NodeJS.ErrnoException | undefined
    // Stays for the rest of the process: an output that has gone may say so late, and once more.
    this.#io.stdout.on('error', (error) => {
      outputError ??= error
      this.#done.abort()
    })
    const endIdle = idleMs === undefined ? () => {} : this.#watchIdle(reader, idleMs)
    try {
      const partitions = await reader.open()
      if (!signal.aborted) opened(partitions)
      await reader.run()
    } finally {
      endIdle()
      this.#done.abort()
      stop.release()
      await this.#client.close()
    }
    // `| head` has seen enough: that is no failure.
    if (outputError !== undefined && outputError.code !== 'EPIPE') {
      throw new CommandError(`cannot write: ${outputError.message}`)
    }
    if (this.#idleFailure !== undefined) throw new CommandError(describeFailure(this.#idleFailure))
    return stop.status ?? (reader.hasGap ? STATUS.failed : STATUS.ok)
  }

  /** Nothing arrives while calls fail either, but then nobody knows whether there is something. */
  #watchIdle(reader: StreamReader, idleMs: number): () => void {
    const timer = setInterval(() => {
      if (this.#printer.idleMs < idleMs || !(reader.isCaughtUp || reader.failure !== undefined)) return
      this.#idleFailure = reader.failure
      this.#done.abort()
    }, IDLE_LOOK_MS)
    return () => clearInterval(timer)
  }
}
