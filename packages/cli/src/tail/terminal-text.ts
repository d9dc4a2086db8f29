/** The data of a record → text that does nothing to a terminal. Pure. */
import { isUtf8 } from 'node:buffer'
import { printable } from '@dis-logs/core'

/** Tabs do nothing, and a record may hold many lines: that is what `aggregate` makes. */
const KEPT = '\t\n'

// In bytes as latin1: ASCII, the letters of UTF-8 (RFC 3629, table 3-7 of Unicode), or a byte that is in none of them.
const LETTERS_OR_BYTE =
  /[\0-\x7f]+|[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}|[\x80-\xff]/g

/** Shows what acts on a terminal, or hides, as JSON writes it (`\u001b`), and bytes that are not UTF-8 as `\xff`. */
export function terminalText(data: Buffer): string {
  const text = isUtf8(data) ? data : showBytes(data)
  return printable(text.toString('utf8'), KEPT)
}

function showBytes(data: Buffer): Buffer {
  const shown = data
    .toString('latin1')
    .replace(LETTERS_OR_BYTE, (found) =>
      found.length === 1 && found > '\x7f' ? `\\x${found.charCodeAt(0).toString(16)}` : found
    )
  return Buffer.from(shown, 'latin1')
}
