/** info → line. */

// winston's own key for the formatted message; a registered symbol, so no package has to be imported for it.
const MESSAGE = Symbol.for('message')

/**
 * The formatted message of an info object: what a Console transport would print. Without a format that
 * makes one, the info itself as JSON; `undefined` if even that cannot be done.
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
