/**
 * JSON whose numbers are shown as they came: ids of 19 digits are numbers in many logs, and a number of JavaScript has 16. Browsers that give
 * the text of a number to the reviver can also write it back; in others the number is what they make of it.
 */
declare global {
  interface JSON {
    rawJSON?(text: string): object
    isRawJSON?(value: unknown): boolean
  }
}

/** The value of a text of JSON; undefined if it is none. A number that would come out otherwise is an object, see {@link isExactNumber}. */
export function parse(text: string): unknown {
  try {
    return JSON.parse(text, exactly)
  } catch {
    return undefined
  }
}

/** Whether a value stands for a number. `JSON.stringify` gives its text. */
export function isExactNumber(value: unknown): boolean {
  return JSON.isRawJSON?.(value) ?? false
}

function exactly(_: string, value: unknown, context?: { readonly source?: string }): unknown {
  const source = context?.source
  if (typeof value !== 'number' || source === undefined || String(value) === source) return value
  return JSON.rawJSON?.(source) ?? value
}
