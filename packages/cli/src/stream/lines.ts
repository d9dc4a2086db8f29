/** A record → its lines. With `aggregate` a producer packs many into one, newline between them. Pure. */

const NEWLINE = 0x0a

/**
 * Views into the data, without their newlines. Empty lines are no lines, as for a producer; but a record always has one, so that none
 * vanishes.
 */
export function linesOf(data: Buffer): Buffer[] {
  const lines: Buffer[] = []
  let start = 0
  for (let end = data.indexOf(NEWLINE); end >= 0; end = data.indexOf(NEWLINE, start)) {
    if (end > start) lines.push(data.subarray(start, end))
    start = end + 1
  }
  if (start < data.length) lines.push(data.subarray(start))
  return lines.length === 0 ? [data.subarray(0, 0)] : lines
}
