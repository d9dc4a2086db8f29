/** What people see on stderr: colours and moving text on a terminal only. */
import { styleText } from 'node:util'
import type { Io, TextOutput } from './io.ts'

type Style = 'red' | 'green' | 'yellow' | 'dim' | 'bold'

/** Colours on a terminal, unless NO_COLOR is set to something. */
export function paint(output: TextOutput, style: Style, text: string): string {
  return output.isTTY === true && !process.env['NO_COLOR'] ? styleText(style, text) : text
}

/** One line of diagnostics, named after its command. */
export function say(io: Io, command: string, text: string): void {
  io.stderr.write(`${paint(io.stderr, 'dim', `${prefix(command)}:`)} ${text}\n`)
}

/** One line about something that went wrong. */
export function complain(io: Io, command: string, text: string): void {
  io.stderr.write(`${paint(io.stderr, 'red', `${prefix(command)}:`)} ${text}\n`)
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

const CLEAR_BELOW = '\u001b[J'
const LINE_UP = '\u001b[1A'

/**
 * A line that is redrawn in place. It stands one line below the cursor, so that others who write to the
 * terminal meanwhile (warnings of the producer) start on an empty line. Nothing happens off a terminal.
 * @returns how to end it and clear the line
 */
export function showProgress(output: TextOutput, intervalMs: number, text: () => string): () => void {
  if (output.isTTY !== true) return () => {}
  const timer = setInterval(
    () => output.write(`${CLEAR_BELOW}\n${paint(output, 'dim', text())}${LINE_UP}\r`),
    intervalMs
  )
  return () => {
    clearInterval(timer)
    output.write(CLEAR_BELOW)
  }
}
