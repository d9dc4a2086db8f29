/** `dis-logs ship`: lines from files or standard input → a stream. */
import { createProducer, type DisOptions, type Producer } from '@dis-logs/core'
import type { Command } from '../command.ts'
import { CREDENTIALS_NOTE, requireCredentials } from '../credentials.ts'
import { defineFlags, parseFlags, secondsAsMs, wholeNumber } from '../flags.ts'
import type { CommandHelp } from '../help.ts'
import type { Io } from '../io.ts'
import { connectionFlags, connectionOptions, inShipFlags, routingFlags, routingOptions } from '../options.ts'
import { complain, lines, paint, say } from '../output.ts'
import { feed, type Intake } from '../ship/feed.ts'
import { progressSegments, Rates } from '../ship/progress.ts'
import { DEFAULT_PATIENCE, type Patience, type Settled, settle } from '../ship/settle.ts'
import { causeOf, type Source, STDIN_NAME, sourcesOf, totalSize } from '../ship/sources.ts'
import { Diagnostics, describeCut, nothingIsLost, summarize } from '../ship/summary.ts'
import { type Stop, stopOnSignals } from '../signals.ts'
import { STATUS } from '../status.ts'
import { fit, join } from '../terminal/segments.ts'
import { type StatusLine, showStatus } from '../terminal/status-line.ts'

const flags = defineFlags({
  ...connectionFlags,
  ...routingFlags,
  aggregate: { type: 'boolean', help: 'pack lines of one key into one record: faster with short lines' },
  ordered: { type: 'boolean', help: 'per key, no record overtakes another, retries included' },
  'linger-ms': { type: 'string', value: '<ms>', help: 'longest wait of a line for others (default: 200)' },
  'max-records': { type: 'string', value: '<n>', help: 'records a request (default: 500)' },
  timeout: { type: 'string', value: '<s>', help: 'longest wait at the end, in seconds (default: see below)' },
  quiet: { type: 'boolean', help: 'no progress and no summary; losses are still told' }
})

const help: CommandHelp = {
  summary: 'send lines from stdin or files to a stream',
  usage: '[flags] [file…]',
  flags,
  notes: [
    'Files are sent in order; without files, or for -, standard input is read. Every line (NDJSON or plain) is sent as it is; empty lines are skipped. The data is never held in memory as a whole.',
    CREDENTIALS_NOTE,
    'While DIS cannot be reached, lines wait. After the end of the input ship gives up when no line was delivered for 30 seconds, or --timeout seconds after the end; what is left then is lost.',
    'On a terminal a line shows the part that is done (where the size of the input is known), lines/s, MB/s, lines waiting, requests in flight, retried and throttled records, and the age of the oldest line.',
    'A record holds 1 MiB. A longer line is cut to that length and marked; the rest of it is lost and counted: split such lines before.',
    'Exit status: 0 only if every line was delivered whole; 1 otherwise; 2 wrong usage or configuration; without credentials nothing is read; 130, 143 after SIGINT, SIGTERM: what was read is flushed for up to 8 seconds (a second signal exits at once).'
  ],
  examples: [
    'some-program | dis-logs ship --stream app-logs --partition-key tenant.id',
    'dis-logs ship --stream app-logs --aggregate /var/log/app/*.log'
  ]
}

/** The verb `ship`. */
export const ship: Command = {
  help,
  async run(args, io) {
    const { values, positionals } = parseFlags(flags, args)
    const totalMs = secondsAsMs('timeout', values.timeout)
    const lingerMs = wholeNumber('linger-ms', values['linger-ms'], 0, 60_000)
    const maxRecords = wholeNumber('max-records', values['max-records'], 1, 5_000)
    const options: DisOptions = {
      ...connectionOptions(values),
      ...routingOptions(values),
      aggregate: values.aggregate === true,
      ordered: values.ordered === true,
      batch: {
        ...(lingerMs === undefined ? {} : { lingerMs }),
        ...(maxRecords === undefined ? {} : { maxRecords })
      }
    }
    await requireCredentials(options)
    return new Shipment(io, options, totalMs === undefined ? DEFAULT_PATIENCE : { totalMs }).run(
      sourcesOf(positionals, io),
      values.quiet === true
    )
  }
}

/** Fast enough to follow, slow enough to read. */
const REDRAW_MS = 250

class Shipment {
  readonly #io: Io
  readonly #producer: Producer
  readonly #patience: Patience
  readonly #diagnostics: Diagnostics
  readonly #intake: Intake = { lines: 0, bytes: 0, readBytes: 0, excessBytes: 0 }
  #unreadable = 0

  constructor(io: Io, options: DisOptions, patience: Patience) {
    this.#io = io
    this.#patience = patience
    this.#producer = createProducer(options)
    this.#diagnostics = new Diagnostics(this.#producer, inShipFlags)
  }

  async run(sources: readonly Source[], quiet: boolean): Promise<number> {
    const startedAt = performance.now()
    const stop = stopOnSignals(this.#io)
    const progress = quiet ? undefined : this.#showProgress(sources, stop)
    try {
      for (const source of sources) {
        if (!stop.signal.aborted) await this.#read(source, stop)
      }
      const end = await settle(this.#producer, this.#patience, stop.signal)
      // A signal gives what was read the time that a close takes by itself; otherwise the wait is over.
      await this.#producer.close(end === 'stopped' ? {} : { timeoutMs: 0 })
      progress?.end()
      if (!quiet) {
        say(this.#io, 'ship', summarize(this.#intake, this.#producer.stats(), performance.now() - startedAt))
      }
      this.#tellLosses(end)
    } finally {
      progress?.end()
      stop.release()
    }
    if (stop.status !== undefined) return stop.status
    const lost = this.#unreadable > 0 || !nothingIsLost(this.#intake, this.#producer.stats())
    return lost ? STATUS.failed : STATUS.ok
  }

  async #read(source: Source, stop: Stop): Promise<void> {
    try {
      await feed(source, this.#producer, this.#intake, stop.signal)
    } catch (error) {
      this.#unreadable++
      complain(this.#io, 'ship', `cannot read ${source.name}: ${causeOf(error)}`)
    }
  }

  #tellLosses(end: Settled): void {
    const stats = this.#producer.stats()
    const { oversized, dropped } = stats
    for (const rejection of this.#diagnostics.rejections()) complain(this.#io, 'ship', rejection)
    if (oversized > 0) complain(this.#io, 'ship', describeCut(this.#intake, stats))
    if (dropped === 0) return
    const why = { settled: '', stopped: ': stopped by a signal', 'gave-up': `: ${this.#limit()}` }[end]
    const { warning } = this.#diagnostics
    complain(this.#io, 'ship', `${lines(dropped)} not sent${why}`)
    if (warning !== undefined) complain(this.#io, 'ship', `last trouble: ${warning}`)
  }

  #limit(): string {
    return 'totalMs' in this.#patience
      ? `gave up ${this.#patience.totalMs / 1_000} s after the end of the input (--timeout)`
      : `gave up after ${this.#patience.idleMs / 1_000} s without a delivered line (see --timeout)`
  }

  /** Not where lines are typed in: it would stand between them. */
  #showProgress(sources: readonly Source[], stop: Stop): StatusLine | undefined {
    const { stderr, stdin } = this.#io
    if (stdin.isTTY === true && sources.some(({ name }) => name === STDIN_NAME)) return undefined
    const rates = new Rates()
    const totalBytes = totalSize(sources)
    const line = showStatus(stderr, REDRAW_MS, (columns) => {
      const stats = this.#producer.stats()
      rates.add(performance.now(), stats)
      const segments = progressSegments({
        intake: this.#intake,
        stats,
        perSecond: rates.perSecond,
        totalBytes,
        isStopping: stop.signal.aborted
      })
      return join(fit(segments, columns), (style, text) => paint(stderr, style, text))
    })
    stop.beforeExit(line.end)
    return line
  }
}
