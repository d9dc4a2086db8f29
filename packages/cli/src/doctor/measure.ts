/** What comes into the stream, measured for a moment. */
import { setTimeout as sleep } from 'node:timers/promises'
import { type DisClient, DisCredentialsError, DisRequestError } from '@dis-logs/core'
import { StreamMeter } from '../stream/meter.ts'
import type { Demand } from './advice.ts'

/** Places of each partition that are read: there is only one look. */
const PLACES = 8

const SAY = 'say what will come: --rate <lines/s> --bytes <of a line>'

/** @returns what came; or why nobody knows, in words */
export async function measure(
  client: DisClient,
  ms: number,
  signal: AbortSignal | undefined
): Promise<Demand | string> {
  if (ms === 0) return `nothing is measured; ${SAY}`
  try {
    const meter = new StreamMeter(client, PLACES)
    await meter.look()
    await sleep(ms, undefined, signal === undefined ? {} : { signal }).catch(() => {})
    const { elapsedMs = ms, partitions } = await meter.look()
    const seconds = elapsedMs / 1_000
    const came = partitions.flatMap(({ content, records = 0 }) => (records > 0 ? [content] : []))
    if (came.length === 0) return `no line came in ${seconds.toFixed(1)} s; ${SAY}`
    const known = came.filter((content) => content !== undefined)
    const lines = known.reduce((sum, content) => sum + content.lines, 0)
    const bytes = known.reduce((sum, content) => sum + content.bytes, 0)
    if (known.length < came.length || lines === 0) return `what comes cannot be read; ${SAY}`
    return {
      linesPerSecond: lines / seconds,
      bytesPerLine: bytes / lines,
      from: `measured for ${seconds.toFixed(1)} s`
    }
  } catch (error) {
    if (error instanceof DisRequestError || error instanceof DisCredentialsError)
      return `what comes cannot be measured: ${error.message}`
    throw error
  }
}
