/** Schemas of texts, alone and in lists. */
import * as v from 'valibot'

export function text(message = 'allowed: a non-empty string') {
  return v.pipe(v.string(message), v.nonEmpty(message))
}

/** One to `most` texts. The length is looked at first: an array of four billion holes takes no memory, and all of it when it is read. */
export function texts(most: number) {
  const isShort = (value: unknown) => Array.isArray(value) && value.length > 0 && value.length <= most
  return v.pipe(v.custom<readonly unknown[]>(isShort), v.array(text()))
}
