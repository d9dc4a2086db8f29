/** One line of a log → what a person reads on a terminal: time, level, key, message, and the other fields. Nothing in it acts. Pure. */
import { printable } from '@dis-logs/core'
import type { Style } from '../terminal/segments.ts'
import { type LogLine, parseLogLine } from './log-line.ts'
import { terminalText } from './terminal-text.ts'

/** Adds a style, or does not. */
export type Paint = (style: Style, text: string) => string

/** What stands around a line. */
export interface LineContext {
  readonly partitionKey: string | undefined
  /** When DIS stored the record, in ms since the epoch. */
  readonly timestamp: number
  /** Now, in ms since the epoch: the day of a line is shown unless it is today. */
  readonly nowMs: number
  readonly paint: Paint
}

const KEY_WIDTH = 24
const LEVEL_WIDTH = 5
const MAX_VALUE = 200

/** Without its newline. The lines of a stack follow, each behind a bar, so that none can pass for a line of the log. */
export function prettyLine(line: Buffer, context: LineContext): string {
  const text = terminalText(line.at(-1) === 0x0d ? line.subarray(0, -1) : line)
  const { paint } = context
  const log = parseLogLine(line.toString('utf8'))
  const time = paint('dim', timeText(log?.timeMs ?? context.timestamp, context.nowMs))
  const key =
    context.partitionKey === undefined ? [] : [paint('cyan', cut(one(context.partitionKey), KEY_WIDTH))]
  if (log === undefined) return [time, ...key, text].join(' ')
  const fields = log.rest
    .filter(([name, value]) => !(name === 'hostname' && value === context.partitionKey))
    .map(([name, value]) => paint('dim', `${one(name)}=${cut(valueText(value), MAX_VALUE)}`))
  const message = log.message === undefined ? [] : [one(log.message)]
  return [
    [time, levelText(log, paint), ...key, ...message, ...fields].join(' '),
    ...stackLines(log, paint)
  ].join('\n')
}

function stackLines({ stack }: LogLine, paint: Paint): string[] {
  if (stack === undefined) return []
  return stack.split(/\r?\n/).map((each) => `    ${paint('dim', `│ ${one(each)}`)}`)
}

function one(text: string): string {
  return printable(text)
}

function valueText(value: unknown): string {
  return one(typeof value === 'string' && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value))
}

function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1).replace(/\p{Cs}$/u, '')}…` : text
}

const STYLES: Readonly<Record<string, Style>> = {
  TRACE: 'dim',
  SILLY: 'dim',
  DEBUG: 'blue',
  VERBOSE: 'blue',
  INFO: 'green',
  HTTP: 'green',
  NOTICE: 'green',
  WARN: 'yellow',
  WARNING: 'yellow',
  ERROR: 'red',
  ERR: 'red',
  FATAL: 'inverse',
  CRIT: 'inverse',
  CRITICAL: 'inverse',
  ALERT: 'inverse',
  EMERG: 'inverse'
}

function levelText({ level = '' }: LogLine, paint: Paint): string {
  const text = cut(one(level), 2 * LEVEL_WIDTH).padEnd(LEVEL_WIDTH)
  const style = Object.hasOwn(STYLES, level) ? STYLES[level] : undefined
  return style === undefined ? text : paint(style, text)
}

/** In the zone of this machine: `12:34:56.789`, or `11-28 12:34:56.789` of another day, with the year of another one. */
function timeText(ms: number, nowMs: number): string {
  const date = new Date(ms)
  const now = new Date(nowMs)
  if (Number.isNaN(date.getTime())) return '--:--:--.---'
  const two = (value: number) => String(value).padStart(2, '0')
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, '0')}`
  if (date.toDateString() === now.toDateString()) return time
  const year = date.getFullYear() === now.getFullYear() ? '' : `${date.getFullYear()}-`
  return `${year}${two(date.getMonth() + 1)}-${two(date.getDate())} ${time}`
}
