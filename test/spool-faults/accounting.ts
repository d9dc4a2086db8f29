import type { LocalDis } from '@dis-logs/local'

/** A line that arrived. */
interface ArrivedLine {
  readonly app: string
  readonly n: number
  readonly key: string
}

/** Lines of an application with numbers from `from` up to `to`. */
export interface Written {
  readonly app: string
  readonly from: number
  readonly to: number
}

export interface Account {
  readonly missing: number
  readonly repeated: number
  /** Lines that arrived behind a younger one of their key. */
  readonly overtaken: number
  /** The first lines of each kind, for the message of a failed test. */
  readonly examples: readonly string[]
}

/** Every line is there, once, and in the order of its key. */
export const EXACT: Account = { missing: 0, repeated: 0, overtaken: 0, examples: [] }

/** All lines that a stream got, in the order of arrival. */
export async function arrivedLines(dis: LocalDis, stream: string): Promise<ArrivedLine[]> {
  const records = await dis.records(stream)
  return records.flatMap(({ data }) =>
    data
      .toString('utf8')
      .split('\n')
      .map((text): ArrivedLine => JSON.parse(text))
      // A line of the producer itself, about dropped ones, has no number.
      .filter(({ n }) => n !== undefined)
  )
}

/** Compares what arrived with what must have arrived. Lines beyond that may be there too. */
export async function accountOf(
  dis: LocalDis,
  stream: string,
  written: readonly Written[]
): Promise<Account> {
  const arrived = await arrivedLines(dis, stream)
  const seen = new Set<string>()
  const lastOfKey = new Map<string, number>()
  const repeated: string[] = []
  const overtaken: string[] = []
  for (const { app, n, key } of arrived) {
    const name = `${app}-${n}`
    if (seen.has(name)) repeated.push(name)
    // A line that is sent again is no news, so it overtakes nothing.
    else if (n < (lastOfKey.get(key) ?? -1)) overtaken.push(name)
    seen.add(name)
    lastOfKey.set(key, Math.max(n, lastOfKey.get(key) ?? -1))
  }
  const missing: string[] = []
  for (const { app, from, to } of written) {
    for (let n = from; n < to; n++) if (!seen.has(`${app}-${n}`)) missing.push(`${app}-${n}`)
  }
  return {
    missing: missing.length,
    repeated: repeated.length,
    overtaken: overtaken.length,
    examples: [
      ...missing.slice(0, 3).map((name) => `missing ${name}`),
      ...repeated.slice(0, 3).map((name) => `repeated ${name}`),
      ...overtaken.slice(0, 3).map((name) => `overtaken ${name}`)
    ]
  }
}
