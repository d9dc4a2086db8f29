/** What becomes of a line at intake, before anything else: its newlines are written in one line, and it gets an id. Pure. */
import { LineIds } from './line-id.ts'
import { escapeNewlines } from './newlines.ts'

/** line → the line that is sent, kept on disk and given up. */
export type Shape = (line: string | Uint8Array) => string | Uint8Array

/**
 * Undefined if lines stay as they are: then nothing is asked for each. `producer` is called once, for a name that no other producer
 * has, if it is needed.
 */
export function createShape(
  { lineId, newlines }: { readonly lineId: boolean; readonly newlines: 'keep' | 'escape' },
  producer: () => string
): Shape | undefined {
  const inOneLine = newlines === 'escape' ? escapeNewlines : undefined
  if (!lineId) return inOneLine
  const ids = new LineIds(producer())
  // First the id: a JSON object with newlines gets one, too.
  return inOneLine === undefined ? (line) => ids.mark(line) : (line) => inOneLine(ids.mark(line))
}
