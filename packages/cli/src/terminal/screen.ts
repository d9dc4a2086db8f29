/**
 * The whole terminal, redrawn in place, on the terminal's other screen: what stood there before comes back at the end, and so do the cursor
 * and the way keys are read. `q` and Ctrl+C end it.
 */
import type { Io } from '../io.ts'

// The other screen, no cursor, no wrapping; and all of it back, in the opposite order.
const OPEN = '\u001b[?1049h\u001b[?25l\u001b[?7l'
const CLOSE = '\u001b[?7h\u001b[?25h\u001b[?1049l'
const HOME = '\u001b[H'
const CLEAR_LINE = '\u001b[K'
const CLEAR_BELOW = '\u001b[J'

const DEFAULT_ROWS = 24
const DEFAULT_COLUMNS = 80

const CTRL_C = '\u0003'

/** A page at a time. */
export interface Screen {
  readonly columns: number
  readonly rows: number
  draw(lines: readonly string[]): void
  /** Gives the terminal back. May be called again. */
  close(): void
}

/** @param end called when the user wants to leave; `resized` when the page must be drawn anew */
export function openScreen(
  { stdin, stdout }: Io,
  { end, resized }: { readonly end: () => void; readonly resized: () => void }
): Screen {
  const onKey = (key: Buffer | string) => {
    if (String(key) === 'q' || String(key).includes(CTRL_C)) end()
  }
  const hasKeys = stdin.isTTY === true && stdin.setRawMode !== undefined
  if (hasKeys) {
    stdin.setRawMode?.(true)
    stdin.on('data', onKey)
  }
  stdout.write(OPEN)
  stdout.on('resize', resized)
  let isOpen = true
  return {
    get columns() {
      // Clearing the rest of a line that ends in the last column would clear its last letter.
      return Math.max(1, (stdout.columns || DEFAULT_COLUMNS) - 1)
    },
    get rows() {
      return stdout.rows || DEFAULT_ROWS
    },
    draw(lines) {
      if (isOpen)
        stdout.write(`${HOME}${lines.map((line) => `${line}${CLEAR_LINE}`).join('\r\n')}${CLEAR_BELOW}`)
    },
    close() {
      if (!isOpen) return
      isOpen = false
      stdout.off('resize', resized)
      stdout.write(CLOSE)
      if (!hasKeys) return
      stdin.off('data', onKey)
      stdin.setRawMode?.(false)
      stdin.pause()
    }
  }
}
