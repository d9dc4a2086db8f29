/** Mutations of bytes: what damage, an attacker and a bad programmer do to a valid message. */
import type { Random } from './random.ts'
import { anyText } from './text.ts'

const EDGES = [0, 1, 127, 128, 255, 256, 32_767, 65_535, 2_147_483_647, 2_147_483_648, 4_294_967_295]

/** `bytes` after one to six mutations, cut to `most` bytes. `other`: another valid input, of which pieces may be put in. */
export function mutate(random: Random, bytes: Buffer, other: Buffer = bytes, most = 262_144): Buffer {
  let result = bytes
  for (let round = random.below(6); round >= 0; round--) result = mutateOnce(random, result, other)
  return result.subarray(0, most)
}

function mutateOnce(random: Random, bytes: Buffer, other: Buffer): Buffer {
  const at = random.below(bytes.length + 1)
  const end = Math.min(bytes.length, at + 1 + random.size(64))
  switch (random.below(11)) {
    case 0:
      return overwrite(bytes, at, Buffer.of((bytes[at] ?? 0) ^ (1 << random.below(8))))
    case 1:
      return overwrite(bytes, at, Buffer.of(random.pick(EDGES) & 255))
    case 2:
      return bytes.subarray(0, at)
    case 3:
      return replace(bytes, at, end, Buffer.alloc(0))
    case 4:
      return replace(bytes, at, at, random.bytes(random.size(32)))
    case 5:
      return replace(bytes, at, at, repeat(bytes.subarray(at, end), 1 + random.size(200)))
    case 6: {
      const from = random.below(other.length + 1)
      return replace(bytes, at, end, other.subarray(from, from + random.size(512)))
    }
    case 7:
      return overwrite(bytes, at, length(random))
    case 8:
      return replace(bytes, at, end, varint(random.pick(EDGES) * random.pick([1, 1, 2 ** 21, 2 ** 32])))
    case 9:
      return replace(bytes, at, at, Buffer.from(anyText(random, 2_000)))
    default:
      return replace(bytes, at, end, bytes.subarray(at, end).reverse())
  }
}

/** A length in four bytes, in either order. */
function length(random: Random): Buffer {
  const bytes = Buffer.alloc(4)
  const value = random.chance(0.7) ? random.pick(EDGES) : random.below(4_294_967_296)
  if (random.chance(0.7)) bytes.writeUInt32LE(value)
  else bytes.writeUInt32BE(value)
  return bytes
}

export function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128)
  return Buffer.from([...bytes, rest])
}

function repeat(bytes: Buffer, times: number): Buffer {
  return Buffer.concat(Array.from({ length: times }, () => bytes))
}

function overwrite(bytes: Buffer, at: number, by: Buffer): Buffer {
  return replace(bytes, at, Math.min(bytes.length, at + by.length), by)
}

function replace(bytes: Buffer, from: number, to: number, by: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, from), by, bytes.subarray(to)])
}
