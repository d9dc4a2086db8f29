/** Anything → text of a line. JavaScript callers may hand in anything, and a logger must not throw. */

/** `isView` first: `instanceof` runs the traps of a proxy, and these may throw. */
export function isBytes(value: unknown): value is Uint8Array {
  return ArrayBuffer.isView(value) && value instanceof Uint8Array
}

/** What can be text of a value that is neither a string nor bytes; '' for nothing. */
export function asText(value: unknown): string {
  if (value === undefined || value === null) return ''
  try {
    return typeof value === 'object' ? (JSON.stringify(value) ?? describe(value)) : String(value)
  } catch {
    return describe(value)
  }
}

/** A value that JSON cannot hold, or whose own methods throw. */
function describe(value: unknown): string {
  try {
    return String(value)
  } catch {
    return '[a value that cannot be turned into text]'
  }
}

export function byteLength(line: string | Uint8Array): number {
  return typeof line === 'string' ? Buffer.byteLength(line) : line.length
}

export function decode(line: Uint8Array): string {
  return Buffer.from(line.buffer, line.byteOffset, line.byteLength).toString('utf8')
}
