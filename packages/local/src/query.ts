/**
 * Raw query strings. Parsed here rather than by a URL class: the Java SDK sends Base64 unencoded, so a `+`
 * is a plus, not a space, and the pieces have to be split at the first `=` only.
 */

/** Name and value pairs of a raw query, decoded, in the order of the wire. Empty pieces are dropped. */
export function parseQuery(raw: string, plusIsSpace: boolean = false): (readonly [string, string])[] {
  return raw
    .split('&')
    .filter((piece) => piece !== '')
    .map((piece) => {
      const text = plusIsSpace ? piece.replaceAll('+', ' ') : piece
      const at = text.indexOf('=')
      return at < 0 ? [decode(text), ''] : [decode(text.slice(0, at)), decode(text.slice(at + 1))]
    })
}

/** Percent-decodes; text that cannot be decoded stays as it is. */
export function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Percent-encodes by RFC 3986: all but letters, digits and `- . _ ~`. */
export function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`
  )
}
