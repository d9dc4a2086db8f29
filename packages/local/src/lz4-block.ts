/**
 * Undoes one raw LZ4 block, as the service is sent them: no frame, no magic, and no size in front, so the size has to be
 * known. By hand because the packages that do this without native code write where the block tells them to, beyond the
 * end too, and the format is this one loop.
 */

/** Ends of both halves of a token: the length goes on in the bytes that follow. */
const MORE = 15
const SHORTEST_MATCH = 4

/** The plain bytes, exactly `size` of them. Undefined if the block is not one of that size. */
export function decodeLz4Block(block: Uint8Array, size: number): Buffer | undefined {
  const plain = Buffer.alloc(size)
  let from = 0
  let to = 0
  /** A half of a token and what it goes on with; NaN beyond the end, which no comparison below lets through. */
  const length = (half: number): number => {
    let sum = half
    for (let byte = half === MORE ? 255 : 0; byte === 255; sum += byte) byte = block[from++] ?? Number.NaN
    return sum
  }
  while (from < block.length) {
    const token = block[from++] ?? 0
    const literals = length(token >> 4)
    if (!(from + literals <= block.length && to + literals <= size)) return undefined
    plain.set(block.subarray(from, from + literals), to)
    from += literals
    to += literals
    // The last sequence has literals only.
    if (from === block.length) return to === size ? plain : undefined
    const distance = (block[from] ?? 0) | ((block[from + 1] ?? Number.NaN) << 8)
    if (from + 2 > block.length || distance === 0 || distance > to) return undefined
    from += 2
    const matched = length(token & MORE) + SHORTEST_MATCH
    if (!(to + matched <= size)) return undefined
    // One by one: a match may reach into what it is writing.
    for (const end = to + matched; to < end; to++) plain[to] = plain[to - distance] ?? 0
  }
  return undefined
}
