/** info → line. */
import { textOf } from '@dis-logs/core'

// winston's key for the formatted message. It is a registered symbol, so no package has to be imported for it.
const MESSAGE = Symbol.for('message')

/** The formatted message of an info, as a Console transport prints it. If no format makes one: the info as JSON. Never throws. */
export function lineOf(info: unknown): string {
  if (typeof info !== 'object' || info === null) return String(info)
  try {
    const message: unknown = Reflect.get(info, MESSAGE)
    return typeof message === 'string' ? message : textOf(info)
  } catch {
    return textOf(info)
  }
}
