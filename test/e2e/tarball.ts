/** Reads a packed tarball as npm would find it: names, modes and contents. Only what `pnpm pack` writes: ustar, names below 256 bytes. */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'

export interface TarEntry {
  /** Without the leading `package/`. */
  readonly name: string
  /** `0` is a file; links, folders and extensions have other letters. */
  readonly type: string
  readonly mode: number
  readonly text: string
}

export function readTarball(path: string): TarEntry[] {
  const bytes = gunzipSync(readFileSync(path))
  const entries: TarEntry[] = []
  for (let at = 0; bytes[at] !== 0 && at < bytes.length; ) {
    const field = (from: number, length: number) =>
      bytes.toString('utf8', at + from, at + from + length).replace(/\0.*$/s, '')
    const size = Number.parseInt(field(124, 12), 8)
    entries.push({
      name: [field(345, 155), field(0, 100)]
        .filter(Boolean)
        .join('/')
        .replace(/^package\//, ''),
      type: field(156, 1) || '0',
      mode: Number.parseInt(field(100, 8), 8),
      text: bytes.toString('utf8', at + 512, at + 512 + size)
    })
    at += 512 + Math.ceil(size / 512) * 512
  }
  return entries
}
