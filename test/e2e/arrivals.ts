import type { DisOptions, PlainDisOptions } from '@dis-logs/core'
import type { LocalDis } from '@dis-logs/local'

export const STREAM = 'app-logs'

/** Options that reach the server with its accept-anything authentication. */
export function optionsFor(dis: LocalDis, options?: PlainDisOptions): PlainDisOptions
export function optionsFor(dis: LocalDis, options: DisOptions): DisOptions
export function optionsFor(dis: LocalDis, options: DisOptions = {}): DisOptions {
  return {
    endpoint: dis.url,
    projectId: '0123456789abcdef0123456789abcdef',
    streamName: STREAM,
    credentials: { accessKey: 'FAKE-ACCESS-KEY', secretKey: 'fake-secret-key' },
    ...options
  }
}

export interface Arrival {
  readonly n: number
  readonly key: string | undefined
  readonly line: Readonly<Record<string, unknown>>
}

/** What arrived, line by line; `n` is the number that the test gave each line. */
export async function arrivals(dis: LocalDis): Promise<Arrival[]> {
  const records = await dis.records(STREAM)
  return records.flatMap(({ data, partitionKey }) =>
    data
      .toString('utf8')
      .split('\n')
      .map((text) => {
        const line: Record<string, unknown> = JSON.parse(text)
        return { n: Number(line['n']), key: partitionKey ?? undefined, line }
      })
  )
}

/** Missing and repeated numbers of 0 … count-1; both empty if each line arrived once. */
export function compare(
  arrived: readonly Arrival[],
  count: number
): { missing: number[]; repeated: number[] } {
  const times = new Array<number>(count).fill(0)
  for (const { n } of arrived) times[n] = (times[n] ?? 0) + 1
  const numbers = times.map((_, n) => n)
  return {
    missing: numbers.filter((n) => times[n] === 0),
    repeated: numbers.filter((n) => (times[n] ?? 0) > 1)
  }
}
