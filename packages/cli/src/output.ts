/** What people see on stderr: colours on a terminal only. */
import { styleText } from 'node:util'
import { printable } from '@dis-logs/core'
import type { Io, TextOutput } from './io.ts'
import type { Style } from './terminal/segments.ts'

/** Colours on a terminal that knows any, unless NO_COLOR is set to something. */
export function paint(output: TextOutput, style: Style, text: string): string {
  return output.isTTY === true && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb'
    ? styleText(style, text)
    : text
}

/** One line of diagnostics, named after its command. What it quotes does nothing to a terminal. */
export function say(io: Io, command: string, text: string): void {
  io.stderr.write(`${paint(io.stderr, 'dim', `${prefix(command)}:`)} ${printable(text)}\n`)
}

/** One line about something that went wrong. */
export function complain(io: Io, command: string, text: string): void {
  io.stderr.write(`${paint(io.stderr, 'red', `${prefix(command)}:`)} ${printable(text)}\n`)
}

function prefix(command: string): string {
  return command === '' ? 'dis-logs' : `dis-logs ${command}`
}

/** `12,345` */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}

/** `1 line`, `2 lines` */
export function lines(value: number): string {
  return `${count(value)} line${value === 1 ? '' : 's'}`
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const

/** `812 B`, `3.4 MiB` */
export function bytesInWords(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(bytes) / 10))
  const value = bytes / 1_024 ** power
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[power]}`
}

const STEPS = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min']
] as const

/** `12 s`, `3 min`, `5 h`, `2 d`: whole units, rounded down. Clocks that disagree give `0 s`, not less. */
export function durationInWords(ms: number): string {
  const step = STEPS.find(([stepMs]) => ms >= stepMs)
  if (step === undefined) return `${Math.max(0, Math.floor(ms / 1_000))} s`
  return `${Math.floor(ms / step[0])} ${step[1]}`
}

/** Columns under their titles, two spaces apart. Titles that begin with `>` are for columns of numbers, at the right. */
export function table(titles: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const columns = titles.map((title) => ({ title: title.replace(/^>/, ''), isRight: title.startsWith('>') }))
  const cells = [columns.map(({ title }) => title), ...rows.map((row) => row.map((cell) => printable(cell)))]
  const widths = columns.map((_, index) => Math.max(...cells.map((row) => row[index]?.length ?? 0)))
  return cells.map((row) =>
    columns
      .map(({ isRight }, index) => {
        const cell = row[index] ?? ''
        const width = widths[index] ?? 0
        return isRight ? cell.padStart(width) : cell.padEnd(width)
      })
      .join('  ')
      .trimEnd()
  )
}
