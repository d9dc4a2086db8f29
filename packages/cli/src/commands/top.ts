/** `dis-logs top`: what streams take, partition by partition, and how far their consumers are behind. */
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { type DisOptions, inspectConfiguration, printable } from '@dis-logs/core'
import type { Command } from '../command.ts'
import { CREDENTIALS_NOTE } from '../credentials.ts'
import { defineFlags, parseFlags, secondsAsMs } from '../flags.ts'
import type { CommandHelp } from '../help.ts'
import type { Io } from '../io.ts'
import { connectionFlags, connectionOptions } from '../options.ts'
import { complain, paint } from '../output.ts'
import { type Stop, stopOnSignals } from '../signals.ts'
import { STATUS, UsageError } from '../status.ts'
import { onceAMinute } from '../tail/warnings.ts'
import { openScreen, type Screen } from '../terminal/screen.ts'
import { fit, join, type Segment, type Style } from '../terminal/segments.ts'
import { canRedraw } from '../terminal/status-line.ts'
import { pageOf } from '../top/page.ts'
import type { StreamView } from '../top/view.ts'
import { Watch } from '../top/watch.ts'

const DEFAULT_INTERVAL_MS = 2_000
/** Places of a partition that are read at a look: looks add up, a single one has to know by itself. */
const PLACES = 4
const ONCE_PLACES = 16

const flags = defineFlags({
  ...connectionFlags,
  all: { type: 'boolean', help: 'all streams of the project, also if --stream or DIS_STREAM_NAME names one' },
  interval: { type: 'string', value: '<s>', help: 'time between two looks, in seconds (default: 2)' },
  once: { type: 'boolean', help: 'look twice, print what came between, and end' },
  json: { type: 'boolean', help: 'an object a line on stdout, with exact numbers' }
})

const help: CommandHelp = {
  summary: 'show what streams take against their limits, and the lag of consumers',
  usage: '[flags]',
  flags,
  notes: [
    'The stream, or without one all streams of the project: records/s, lines/s and MB/s of each partition, its part of the limit (records or bytes, whichever is nearer) and of the stream, and how many records each consumer (app) with checkpoints has not read. On a terminal it fills the screen and is redrawn; q or Ctrl+C ends it. Elsewhere it prints a table every --interval.',
    'Records are counted by the sequence numbers of the partitions, exactly. Where many came, bytes and lines are those of some of them, spread over the time, times the number of records (~ says so): that takes little of what consumers may read. A MB is 1,048,576 bytes, as in the limits of DIS. A consumer without a checkpoint has no lag: -.',
    '--json: { at, elapsedMs, streams: [{ name, status, type, dataType, limit, records, recordsPerSecond, linesPerSecond, bytesPerSecond, limitShare, consumers: [{ app, lag }], partitions: [{ partitionId, status, …, streamShare, isEstimate, lag }] }], failures: [] }; what is not known is null.',
    CREDENTIALS_NOTE,
    'Exit status: 0, also after q or Ctrl+C on a screen; 1 if nothing can be looked at or the credentials are refused, with --once also if some of it cannot be looked at; 2 wrong usage; 130, 143 after SIGINT, SIGTERM.'
  ],
  examples: ['dis-logs top --stream app-logs', 'dis-logs top --all --once --json']
}

/** The verb `top`. */
export const top: Command = {
  help,
  async run(args, io) {
    const { values, positionals } = parseFlags(flags, args)
    if (positionals[0] !== undefined)
      throw new UsageError('top takes flags only; the stream is --stream <name>')
    const options = connectionOptions(values)
    const intervalMs = secondsAsMs('interval', values.interval) ?? DEFAULT_INTERVAL_MS
    const stop = stopOnSignals(io)
    const watch = new Watch(
      options,
      values.all === true || !namesStream(options),
      values.once === true ? ONCE_PLACES : PLACES
    )
    try {
      if (values.once === true) return await lookTwice(watch, intervalMs, values.json === true, stop, io)
      if (values.json !== true && canRedraw(io.stdout)) return await onScreen(watch, intervalMs, stop, io)
      return await inARow(watch, intervalMs, values.json === true, stop, io)
    } finally {
      stop.release()
      await watch.close()
    }
  }
}

function namesStream(options: DisOptions): boolean {
  return !inspectConfiguration(options, process.env).problems.some(
    ({ given, option }) => option === 'streamName' && given === 'nothing'
  )
}

async function lookTwice(
  watch: Watch,
  intervalMs: number,
  asJson: boolean,
  stop: Stop,
  io: Io
): Promise<number> {
  if (!(await look(watch, stop.signal))) return stop.status ?? STATUS.ok
  if (!(await pause(intervalMs, stop.signal))) return stop.status ?? STATUS.ok
  if (!(await look(watch, stop.signal))) return stop.status ?? STATUS.ok
  print(watch, asJson, false, io)
  for (const failure of watch.failures) complain(io, 'top', failure)
  return watch.failures.length > 0 ? STATUS.failed : STATUS.ok
}

async function inARow(
  watch: Watch,
  intervalMs: number,
  asJson: boolean,
  stop: Stop,
  io: Io
): Promise<number> {
  const warn = onceAMinute((text) => complain(io, 'top', text))
  const gone = new AbortController()
  io.stdout.on('error', () => gone.abort())
  const signal = AbortSignal.any([stop.signal, gone.signal])
  await look(watch, signal)
  while ((await pause(intervalMs, signal)) && (await look(watch, signal))) {
    print(watch, asJson, true, io)
    for (const failure of watch.failures) warn(failure)
  }
  return stop.status ?? STATUS.ok
}

async function onScreen(watch: Watch, intervalMs: number, stop: Stop, io: Io): Promise<number> {
  // Before the screen is taken: what cannot work is said where it stays.
  if (!(await look(watch, stop.signal))) return stop.status ?? STATUS.ok
  const left = new AbortController()
  const draw = () => screen.draw(screenLines(watch, intervalMs, screen, io))
  const screen = openScreen(io, { end: () => left.abort(), resized: draw })
  stop.beforeExit(screen.close)
  const signal = AbortSignal.any([stop.signal, left.signal])
  try {
    draw()
    while ((await pause(intervalMs, signal)) && (await look(watch, signal))) draw()
  } finally {
    screen.close()
  }
  return stop.status ?? STATUS.ok
}

function screenLines(watch: Watch, intervalMs: number, { columns, rows }: Screen, io: Io): string[] {
  const style = (name: Style, text: string) => paint(io.stdout, name, text)
  const time = new Date().toTimeString().slice(0, 8)
  const every = `every ${intervalMs / 1_000} s`
  const title = join(fit(titleOf(time, every), columns), style)
  const failures = watch.failures.map((text) => style('red', printable(text).slice(0, columns)))
  const used = 2 + failures.length
  return [
    title,
    '',
    ...pageOf(watch.views, { columns, rows: Math.max(3, rows - used), paint: style }),
    ...failures
  ].slice(0, rows)
}

function titleOf(time: string, every: string): Segment[] {
  return [
    { text: 'dis-logs top', short: 'top', weight: 2, style: 'dim' },
    { text: time, short: time, weight: 4, style: 'dim' },
    { text: every, short: every, weight: 1, style: 'dim' },
    { text: 'q ends', short: 'q ends', weight: 3, style: 'dim' }
  ]
}

function print(watch: Watch, asJson: boolean, isOneOfMany: boolean, io: Io): void {
  const { elapsedMs, failures, views } = watch
  const at = new Date(watch.at).toISOString()
  if (asJson) {
    const page = { at, elapsedMs, streams: views, failures }
    io.stdout.write(`${printable(JSON.stringify(page))}\n`)
    return
  }
  const lines = [...(isOneOfMany ? [paint(io.stdout, 'dim', at)] : []), ...plainPage(views, io)]
  io.stdout.write(`${lines.join('\n')}\n\n`)
}

function plainPage(views: readonly StreamView[], io: Io): string[] {
  const columns = io.stdout.isTTY === true ? io.stdout.columns || 80 : Number.POSITIVE_INFINITY
  const style = (name: Style, text: string) => paint(io.stdout, name, text)
  return pageOf(views, { columns, rows: Number.POSITIVE_INFINITY, paint: style })
}

/** False when it was cut short. */
function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  return sleep(ms, true, { signal }).catch(() => false)
}

/** False when it was cut short: who wants to leave waits for no answer. */
async function look(watch: Watch, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return false
  const over = new AbortController()
  const cut = once(signal, 'abort', { signal: over.signal }).then(
    () => false,
    () => false
  )
  const looked = watch.look().then(() => true)
  // Calls that are given up fail when the clients are closed.
  looked.catch(() => {})
  try {
    return (await Promise.race([looked, cut])) && !signal.aborted
  } finally {
    over.abort()
  }
}
