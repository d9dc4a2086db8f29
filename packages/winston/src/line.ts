/** info → line. */
import { textOf } from '@dis-logs/core'

// winston's keys for the level and for the formatted message, as they were before a format changed the fields. They are
// registered symbols, so no package has to be imported for them.
export const LEVEL: unique symbol = Symbol.for('level')
const MESSAGE: unique symbol = Symbol.for('message')

/** The formatted message of an info, as a Console transport prints it. If no format makes one: the info as JSON. Never throws. */
export function lineOf(info: unknown): string {
  if (typeof info !== 'object' || info === null) return String(info)
  try {
    const message = MESSAGE in info ? info[MESSAGE] : undefined
    return typeof message === 'string' ? message : textOf(info)
  } catch {
    return textOf(info)
  }
}
