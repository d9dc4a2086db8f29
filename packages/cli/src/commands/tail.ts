/** `dis-logs tail`: the records of a stream → standard output. */
import { createClient, type DisClient } from '@dis-logs/core'
import type { Command } from '../command.ts'
import { CREDENTIALS_NOTE } from '../credentials.ts'
import { defineFlags, oneOf, parseFlags, secondsAsMs, wholeNumber } from '../flags.ts'
import type { CommandHelp } from '../help.ts'
import type { Io } from '../io.ts'
import { connectionFlags, connectionOptions } from '../options.ts'
import { complain, paint, say } from '../output.ts'
import { type Stop, stopOnSignals } from '../signals.ts'
import { CommandError, STATUS, UsageError } from '../status.ts'
import { BacklogWatch, describeBacklog } from '../tail/backlog.ts'
import { describeFailure } from '../tail/failure.ts'
import { createFilter } from '../tail/filter.ts'
import { parseFrom, parseSince } from '../tail/position.ts'
import { Printer, type Printing } from '../tail/printer.ts'
import { type Selection, StreamReader } from '../tail/stream.ts'
import { onceAMinute } from '../tail/warnings.ts'
import { canRedraw, showStatus } from '../terminal/status-line.ts'

const flags = defineFlags({
  ...connectionFlags,
  from: {
    type: 'string',
    value: '<where>',
    help: 'latest, beginning, an ISO time or a sequence number (default: latest)'
  },
  since: { type: 'string', value: '<when>', help: '90s, 15m, 2h, 1d ago, or an ISO time; instead of --from' },
  partition: {
    type: 'string',
    multiple: true,
    value: '<id>',
    help: 'only this partition; repeat for several'
  },
  key: {
    type: 'string',
    multiple: true,
    value: '<key>',
    help: 'only this partition key; repeat for several'
  },
  grep: { type: 'string', value: '<regex>', help: 'only lines that match' },
  'ignore-case': { type: 'boolean', help: '--grep takes capital and small letters for the same' },
  limit: { type: 'string', value: '<n>', help: 'end after n lines' },
  'idle-timeout': { type: 'string', value: '<s>', help: 'end when nothing has arrived for s seconds' },
  output: {
    type: 'string',
    value: '<format>',
    help: 'raw: the data; pretty: for people; json: an object a line (default: pretty on a terminal, else raw)'
  },
  raw: { type: 'boolean', help: 'on a terminal too, the data byte for byte: see below' },
  quiet: { type: 'boolean', help: 'on stderr only what went wrong' }
})

const help: CommandHelp = {
  summary: 'print the records of a stream as they arrive',
  usage: '[flags]',
  flags,
  notes: [
    'Lines go to stdout, everything else to stderr. Order holds within a partition. A record of several lines (aggregate) is split in every output, and --limit and --grep are about lines. json has partitionId, partitionKey, sequenceNumber, timestamp and data; data that is not UTF-8 is Base64 and has "encoding":"base64"; the second of three lines of a record has "line":2,"lines":3.',
    'pretty: time (that of the line, else when DIS stored it; with the day unless it is today), level, partition key, message and the other fields of a line that is JSON of pino, winston, bunyan or ECS; any other line as it is. Colours unless NO_COLOR is set. While there are records that are not printed yet, tail says how many, and how old.',
    'Through a pipe and into a file the data goes byte for byte. On a terminal a record could write the clipboard, hide or forge lines: there, what acts on a terminal or has no width is shown as JSON writes it (\\u001b, \\u202e), and bytes that are not UTF-8 as \\xff; tabs and newlines stay. So are the colours of a log that has some, unless --raw says that the stream is trusted. json is written like that everywhere, with the same values.',
    CREDENTIALS_NOTE,
    'Exit status: 0 after --limit, --idle-timeout, or when the reader of stdout has gone; 1 if the stream cannot be read, or records were gone before they were read; 2 wrong usage; 130, 143 after SIGINT, SIGTERM.'
  ],
  examples: [
    'dis-logs tail --stream app-logs | pino-pretty',
    'dis-logs tail --stream app-logs --since 15m --grep timeout --output json'
  ]
}

/** The verb `tail`. */
export const tail: Command = {
  help,
  async run(args, io) {
    const { values, positionals } = parseFlags(flags, args)
    if (positionals[0] !== undefined)
      throw new UsageError('tail takes flags only; the stream is --stream <name>')
    if (values.from !== undefined && values.since !== undefined) {
      throw new UsageError('allowed: one of --from, --since')
    }
    const isTerminal = io.stdout.isTTY === true && values.raw !== true
    const output = oneOf('output', values.output, ['raw', 'pretty', 'json'])
    // The data itself goes to no terminal unless --raw says that the stream is trusted.
    const format = output === 'json' || (output === 'raw' && !isTerminal) ? output : undefined
    const from = values.from ?? 'latest'
    const start =
      values.since === undefined
        ? { position: parseFrom(from), words: from }
        : { position: parseSince(values.since, Date.now()), words: `--since ${values.since}` }
    const printing: Printing = {
      format: format ?? (output === 'pretty' || isTerminal ? 'pretty' : 'raw'),
      filter: createFilter(values.grep, values['ignore-case'] === true, values.key),
      limit: wholeNumber('limit', values.limit, 1, Number.MAX_SAFE_INTEGER) ?? Number.POSITIVE_INFINITY
    }
    const idleMs = secondsAsMs('idle-timeout', values['idle-timeout'])
    const quietly = values.quiet === true
    return new Tail(io, createClient(connectionOptions(values)), printing, quietly).run(
      { from: start.position, partitions: values.partition ?? [] },
      idleMs,
      (partitions) => {
        const which = `${partitions} partition${partitions === 1 ? '' : 's'}`
        if (!quietly) say(io, 'tail', `reading ${which}, from ${start.words}`)
      }
    )
  }
}

const IDLE_LOOK_MS = 50
const STATUS_MS = 500

class Tail {
  readonly #io: Io
  readonly #client: DisClient
  readonly #done = new AbortController()
  readonly #printer: Printer
  readonly #isQuiet: boolean
  #idleFailure: unknown

  constructor(io: Io, client: DisClient, printing: Printing, isQuiet: boolean) {
    this.#io = io
    this.#client = client
    this.#printer = new Printer(io.stdout, printing, () => this.#done.abort())
    this.#isQuiet = isQuiet
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
    const backlog = this.#isQuiet ? undefined : this.#watchBacklog(reader, stop)
    const endIdle = idleMs === undefined ? () => {} : this.#watchIdle(reader, idleMs)
    try {
      const partitions = await reader.open()
      if (!signal.aborted) opened(partitions)
      await reader.run()
    } finally {
      endIdle()
      backlog?.end()
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

  /** The line that moves is for a terminal that has both outputs: behind a pipe others write to it. */
  #watchBacklog(reader: StreamReader, stop: Stop): { end(): void } {
    const { stderr, stdout } = this.#io
    const watch = new BacklogWatch()
    const signal = AbortSignal.any([stop.signal, this.#done.signal])
    const hasLine = canRedraw(stderr) && stdout.isTTY === true
    const tell = hasLine ? () => {} : (text: string) => say(this.#io, 'tail', text)
    // Never rejects: what fails is looked at by the readers.
    void watch.run(this.#client, () => reader.readers, tell, signal)
    if (!hasLine) return { end: () => {} }
    const status = showStatus(stderr, STATUS_MS, (columns) => {
      const { latest } = watch
      if (latest === undefined || latest.records === 0) return ''
      return paint(stderr, 'dim', describeBacklog(latest).slice(0, columns))
    })
    this.#printer.status = status
    stop.beforeExit(status.end)
    return status
  }
}
