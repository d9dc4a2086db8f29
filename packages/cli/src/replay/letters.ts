/** A line of a dead-letter file → what is to be sent again, and where to. */
import type { DisOptions } from '@dis-logs/core'

/** A dead letter that can be sent again. */
export interface Letter {
  readonly line: Buffer
  readonly code: string
  /** Options of the producer that sends it to where it was going; one producer for each `lane`. */
  readonly routing: Pick<DisOptions, 'partitionId' | 'explicitHashKey' | 'partitionKey'>
  readonly lane: string
  /** Set where the lane's producer takes keys. */
  readonly partitionKey: string | undefined
}

/** Lanes whose routing is not a constant. */
export const KEYED = 'partitionKey'

/** Parses one line of the file; the reason in words if it is no dead letter. */
export function parseLetter(text: Buffer): Letter | string {
  let value: unknown
  try {
    value = JSON.parse(text.toString('utf8'))
  } catch {
    return 'it is not JSON'
  }
  if (typeof value !== 'object' || value === null) return 'it is not an object'
  const field = (name: string): string | undefined => {
    const found: unknown = Reflect.get(Object(value), name)
    return typeof found === 'string' ? found : undefined
  }
  const line = field('line')
  const base64 = field('lineBase64')
  if (line === undefined && base64 === undefined) return 'it has neither line nor lineBase64'
  const bytes = line === undefined ? Buffer.from(base64 ?? '', 'base64') : Buffer.from(line)
  return { line: bytes, code: field('code') ?? '', ...routeOf(field) }
}

function routeOf(
  field: (name: string) => string | undefined
): Pick<Letter, 'routing' | 'lane' | 'partitionKey'> {
  const partitionId = field('partitionId')
  if (partitionId !== undefined) {
    return { routing: { partitionId }, lane: `partitionId ${partitionId}`, partitionKey: undefined }
  }
  const explicitHashKey = field('explicitHashKey')
  if (explicitHashKey !== undefined) {
    return {
      routing: { explicitHashKey },
      lane: `explicitHashKey ${explicitHashKey}`,
      partitionKey: undefined
    }
  }
  const partitionKey = field('partitionKey')
  if (partitionKey !== undefined) return { routing: {}, lane: KEYED, partitionKey }
  return { routing: { partitionKey: null }, lane: 'spread', partitionKey: undefined }
}
