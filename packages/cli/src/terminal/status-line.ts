/**
 * A line that is redrawn in place. It stands one line below the cursor, and the cursor rests in the first column: others who write to the
 * terminal meanwhile (warnings of the producer, data on stdout) start on an empty line, and a process that is killed leaves a cursor that is
 * in order. The terminal wraps no part of the line, so also the one that was made narrower has one line to clear.
 *
 * Nothing happens off a terminal, or on one that says that it cannot move its cursor.
 */
import type { TextOutput } from '../io.ts'

const CLEAR_BELOW = '\u001b[J'
const LINE_UP = '\u001b[1A'
// DECAWM: what stands beyond the last column is cut there, also where the terminal shows a character wider than we think.
const NO_WRAP = '\u001b[?7l'
const WRAP = '\u001b[?7h'

/** Columns where a terminal does not say. */
const DEFAULT_COLUMNS = 80

/** A line below the cursor. */
export interface StatusLine {
  /** Takes the line away, so that something else can be written. It comes back with the next redraw. */
  clear(): void
  /** Brings it back at once, if there is something to say. */
  redraw(): void
  /** Takes it away for good. May be called again. */
  end(): void
}

/** Whether lines can be redrawn there. */
export function canRedraw(output: TextOutput): boolean {
  return output.isTTY === true && process.env['TERM'] !== 'dumb'
}

/** Columns that a line may fill. The last one stays empty: some terminals wrap when it is written. */
export function columnsOf(output: TextOutput): number {
  return Math.max(1, (output.columns || DEFAULT_COLUMNS) - 1)
}

/** A terminal shows Ctrl+C as `^C`. Without this, what comes next would stand behind it. */
export function eraseEcho(output: TextOutput): void {
  if (canRedraw(output)) output.write(`\r${CLEAR_BELOW}`)
}

/** @param text the line for so many columns; empty for none */
export function showStatus(
  output: TextOutput,
  intervalMs: number,
  text: (columns: number) => string
): StatusLine {
  if (!canRedraw(output)) return { clear: () => {}, redraw: () => {}, end: () => {} }
  let isShown = false
  const clear = () => {
    if (isShown) output.write(`\r${CLEAR_BELOW}`)
    isShown = false
  }
  const draw = () => {
    const line = text(columnsOf(output))
    if (line === '') return clear()
    isShown = true
    output.write(`${CLEAR_BELOW}\n${NO_WRAP}${line}${WRAP}${LINE_UP}\r`)
  }
  const timer = setInterval(draw, intervalMs)
  output.on('resize', draw)
  return {
    clear,
    redraw: draw,
    end() {
      clearInterval(timer)
      output.off('resize', draw)
      clear()
    }
  }
}
