/**
 * A line that holds newlines ⇄ a line without any. In a packed record a newline is the end of a line, so a stack trace in plain text
 * would become many of them. Pure.
 *
 * Such a line becomes {@link MARK}, and its text with `\n` for a newline and `\\` for a backslash. So one entry stays one line for
 * every consumer, and a person can read it. A JSON line from a logger holds no newline: it never changes.
 */

/** Record separator, unit separator: no text begins like that, and a line that does gets the mark, too. */
const MARK = '\x1e\x1f'
const FIRST = MARK.charCodeAt(0)
const SECOND = MARK.charCodeAt(1)

/** The line without newlines in it, the same if it has none. */
export function escapeNewlines(line: string | Uint8Array): string | Uint8Array {
  if (typeof line === 'string') {
    return line.includes('\n') || line.startsWith(MARK) ? escaped(line) : line
  }
  const isMarked = line[0] === FIRST && line[1] === SECOND
  if (!isMarked && !line.includes(0x0a)) return line
  // As latin1 each byte is a character: bytes that are not UTF-8 stay what they are.
  const text = Buffer.from(line.buffer, line.byteOffset, line.byteLength).toString('latin1')
  return Buffer.from(escaped(text), 'latin1')
}

/** What {@link escapeNewlines} was given. Cut at the end, where the line was above the record limit, it gives all that is left. */
export function unescapeNewlines(line: string): string {
  if (!line.startsWith(MARK)) return line
  return line.slice(MARK.length).replace(/\\([\\n])/g, (_, code) => (code === 'n' ? '\n' : '\\'))
}

function escaped(text: string): string {
  return MARK + text.replace(/[\\\n]/g, (found) => (found === '\n' ? '\\n' : '\\\\'))
}
