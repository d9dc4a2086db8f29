/**
 * Undoes one raw Snappy block: the size as a varint, then literals and copies. By hand because the package that does it
 * without native code (snappyjs) takes a block that was cut short for a whole one, and fills it up with zeros.
 */

/** The plain bytes. Undefined if the block is not valid, or says that it is longer than `maxBytes`. */
export function decodeSnappyBlock(block: Uint8Array, maxBytes: number): Buffer | undefined {
  let from = 0
  /** So many bytes as a number; NaN beyond the end, which no comparison below lets through. */
  const number = (bytes: number): number => {
    let sum = 0
    for (let index = 0, factor = 1; index < bytes; index++, factor *= 256) {
      sum += (block[from++] ?? Number.NaN) * factor
    }
    return sum
  }
  let size = 0
  for (let byte = 128, factor = 1; byte >= 128; factor *= 128) {
    byte = number(1)
    size += (byte % 128) * factor
    if (!(size <= maxBytes)) return undefined
  }
  const plain = Buffer.alloc(size)
  let to = 0
  while (from < block.length) {
    const tag = block[from++] ?? 0
    const kind = tag & 3
    if (kind === 0) {
      const short = tag >> 2
      // Above 59 the length stands in the one to four bytes that follow.
      const length = 1 + (short < 60 ? short : number(short - 59))
      if (!(from + length <= block.length && to + length <= size)) return undefined
      plain.set(block.subarray(from, from + length), to)
      from += length
      to += length
      continue
    }
    const length = kind === 1 ? 4 + ((tag >> 2) & 7) : 1 + (tag >> 2)
    const distance = kind === 1 ? (tag >> 5) * 256 + number(1) : number(kind === 2 ? 2 : 4)
    if (!(distance > 0 && distance <= to && to + length <= size)) return undefined
    // One by one: a copy may reach into what it is writing.
    for (const end = to + length; to < end; to++) plain[to] = plain[to - distance] ?? 0
  }
  return to === size ? plain : undefined
}
