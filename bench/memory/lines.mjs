/**
 * Lines of the buffer cases. Each is new text, as an application's are: a producer that keeps a part of a line, say its key,
 * must not be helped by text that is there anyway.
 */
const BYTES = 250
const TAIL = `,"time":1700000000000,"msg":"${'request completed '.repeat(20)}`

/** @param {number} key as long as a UUID */
const keyOf = (key) => `${key.toString(16).padStart(8, '0')}-6f1c-4b7e-9d2a-a1b2c3d4e5f6`

export const STUCK_KEY = keyOf(0)
/** Of lines that are no part of the case. */
export const WARM_UP = 0xffff_ffff

/**
 * @param {number} index of the line
 * @param {number} key number of its key
 */
export function makeLine(index, key) {
  const text = `{"level":30,"pid":4242,"hostname":"${keyOf(key)}","line":${index}${TAIL}`
  return `${text.slice(0, BYTES - 2)}"}`
}
