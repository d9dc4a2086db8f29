/** info → line. */
import { configure } from 'safe-stable-stringify'

// winston's key for the formatted message. It is a registered symbol, so no package has to be imported for it.
const MESSAGE = Symbol.for('message')

// As winston's own json format does it.
const stringify = configure({ deterministic: false })

/** The formatted message of an info, as a Console transport prints it. If no format makes one: the info as JSON, as far as possible. */
export function lineOf(info: unknown): string {
  if (typeof info !== 'object' || info === null) return String(info)
  try {
    const message: unknown = Reflect.get(info, MESSAGE)
    return typeof message === 'string' ? message : (stringify(info, bigIntAsText) ?? '')
  } catch {
    // A getter or a toJSON threw.
    return stringify(readable(info)) ?? ''
  }
}

/** The fields of `info` that JSON can hold; the others as a word about why not. */
function readable(info: object): Record<string, unknown> {
  const fields: Record<string, unknown> = {}
  for (const key of Object.keys(info)) {
    try {
      const text = stringify(Reflect.get(info, key), bigIntAsText)
      if (text !== undefined) fields[key] = JSON.parse(text)
    } catch (error) {
      fields[key] = `[not readable: ${error instanceof Error ? error.message : 'it threw'}]`
    }
  }
  return fields
}

function bigIntAsText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value
}
