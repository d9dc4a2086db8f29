/** The dead letters of an application. */
import { closeSync, existsSync, openSync, readSync } from 'node:fs'

const CHUNK_BYTES = 1_048_576

/** Hands each line of a file of dead letters to `take`; none if there is no such file. Bounded by: a chunk, and one letter. */
export function readLetters(path: string, take: (line: string) => void): void {
  if (!existsSync(path)) return
  const file = openSync(path, 'r')
  try {
    const chunk = Buffer.alloc(CHUNK_BYTES)
    let rest = Buffer.alloc(0)
    for (let read = readSync(file, chunk); read > 0; read = readSync(file, chunk)) {
      const bytes = Buffer.concat([rest, chunk.subarray(0, read)])
      const end = bytes.lastIndexOf(0x0a) + 1
      for (const text of bytes.subarray(0, end).toString().split('\n')) takeLetter(text, take)
      rest = bytes.subarray(end)
    }
  } finally {
    closeSync(file)
  }
}

function takeLetter(text: string, take: (line: string) => void): void {
  try {
    const letter: unknown = JSON.parse(text)
    if (typeof letter !== 'object' || letter === null) return
    const line: unknown = Reflect.get(letter, 'line')
    if (typeof line === 'string') take(line)
  } catch {
    // A torn line of a process that was killed, or the empty one behind the last.
  }
}
