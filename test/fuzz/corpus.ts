/** Inputs that have failed once. They are kept as they are, because a generator may change, and are used by each run. */
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

export function corpusOf(corpus: string, kind: string): string[] {
  try {
    return readdirSync(join(corpus, kind))
      .filter((name) => name.endsWith('.bin'))
      .sort()
      .map((name) => resolve(corpus, kind, name))
  } catch {
    // Nothing of this kind has failed.
    return []
  }
}

/** Returns the path of the file. */
export function keep(corpus: string, kind: string, hex: string): string {
  const bytes = Buffer.from(hex, 'hex')
  const path = join(corpus, kind, `${createHash('sha256').update(bytes).digest('hex').slice(0, 12)}.bin`)
  mkdirSync(join(corpus, kind), { recursive: true })
  writeFileSync(path, bytes)
  return path
}
