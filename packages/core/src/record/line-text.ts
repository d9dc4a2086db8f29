/** Anything → text of a line. JavaScript callers may hand in anything, and a logger must not throw. */
import { configure } from 'safe-stable-stringify'

// The library that pino's and winston's own JSON come from. Circles become "[Circular]".
const stringify = configure({ deterministic: false })

/** `isView` first: `instanceof` runs the traps of a proxy, and these may throw. */
export function isBytes(value: unknown): value is Uint8Array {
  return ArrayBuffer.isView(value) && value instanceof Uint8Array
}

/**
 * The text of a value that is no line yet, for adapters: an object as JSON, with everything in it that JSON can hold and that
 * can be read; a BigInt as a string, an Error with message and stack; '' for nothing. Never throws.
 */
export function textOf(value: unknown): string {
  if (value === undefined || value === null) return ''
  try {
    if (typeof value !== 'object') return String(value)
    return stringify(value, replace) ?? JSON.stringify(readable(value))
  } catch {
    return JSON.stringify(readable(Object(value)))
  }
}

/** The message of what was thrown, which may be anything. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : textOf(error)
}

export function byteLength(line: string | Uint8Array): number {
  return typeof line === 'string' ? Buffer.byteLength(line) : line.length
}

export function decode(line: Uint8Array): string {
  return Buffer.from(line.buffer, line.byteOffset, line.byteLength).toString('utf8')
}

/** The fields of an object that can be read and that JSON can hold; the others as a word about why not. */
function readable(value: object): Record<string, unknown> {
  const fields: Record<string, unknown> = {}
  attempt(fields, 'value', () => {
    for (const key of Object.keys(value)) {
      attempt(fields, key, () => {
        const text = stringify(Reflect.get(value, key), replace)
        if (text !== undefined) fields[key] = JSON.parse(text)
      })
    }
  })
  return fields
}

/** A getter, a toJSON or a proxy may throw. */
function attempt(fields: Record<string, unknown>, key: string, read: () => void): void {
  try {
    read()
  } catch (error) {
    fields[key] = `[not readable: ${error instanceof Error ? error.message : 'it threw'}]`
  }
}

function replace(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString()
  return value instanceof Error ? { ...value, message: value.message, stack: value.stack } : value
}
