/**
 * Text → text that does nothing to a terminal and hides nothing, for everything that is *about* the data: stderr, events, errors,
 * the command line. A service, a stream, a file or an option can be named anything.
 */

/**
 * Control characters (C0, DEL, C1), those that turn text around (U+202A–E, U+2066–9, marks), line and paragraph separators, what has
 * no width (tags, fillers, joiners), and lone surrogates. Variation selectors stay, because emoji have them.
 */
const UNPRINTABLE = /(?![\ufe00-\ufe0f])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}]/gu

/** As in JSON. */
const SHORT: ReadonlyMap<string, string> = new Map([
  ['\t', '\\t'],
  ['\n', '\\n'],
  ['\r', '\\r']
])

/**
 * Makes such characters visible, as JSON writes them: `\u001b`, `\u202e`, `\n`. JSON text stays JSON with the same value.
 * The result is printable itself: it may go through here again.
 *
 * @param kept characters that stay as they are: `'\n'` for a text of several lines, or for indented JSON
 */
export function printable(text: string, kept = ''): string {
  return text.replace(UNPRINTABLE, (character) => (kept.includes(character) ? character : visible(character)))
}

/** The same for a message, which is one line: its line breaks and tabs are a space each. */
export function printableLine(text: string): string {
  return printable(text.replace(/[ \t\r\n]+/g, ' '))
}

function visible(character: string): string {
  const short = SHORT.get(character)
  if (short !== undefined) return short
  let escaped = ''
  for (let unit = 0; unit < character.length; unit++) {
    escaped += `\\u${character.charCodeAt(unit).toString(16).padStart(4, '0')}`
  }
  return escaped
}
