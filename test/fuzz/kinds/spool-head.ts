/** The head of a segment around any JSON, with the right sum: what somebody writes who knows the format. */
import { crc32 } from 'node:zlib'

export function headOf(json: string): Buffer {
  const bytes = Buffer.from(json)
  const head = Buffer.alloc(16)
  head.write('DISSPL2\n', 'latin1')
  head.writeUInt32LE(bytes.length, 8)
  head.writeUInt32LE(crc32(bytes), 12)
  return Buffer.concat([head, bytes])
}
