/** info → line. */

// winston's key for the formatted message. It is a registered symbol, so no package has to be imported for it.
const MESSAGE = Symbol.for('message')

/**
 * The formatted message of an info object, as a Console transport prints it. If no format makes one, the info as JSON;
 * `undefined` if JSON cannot hold it.
 */
export function lineOf(info: unknown): string | undefined {
  if (typeof info !== 'object' || info === null) return info === undefined ? undefined : String(info)
  const message: unknown = Reflect.get(info, MESSAGE)
  if (typeof message === 'string') return message
  try {
    return JSON.stringify(info)
  } catch {
    return undefined
  }
}
