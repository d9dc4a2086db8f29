/** A line of a dead-letter file → what is to be sent again, and where to. */
import { toUSVString } from 'node:util'
import type { Route } from '@dis-logs/core'

/** A dead letter that can be sent again. The producer checks the route. */
export interface Letter {
  readonly line: Buffer
  readonly code: string
  readonly route: Route
}

/** Parses one line of the file; the reason in words if it is no dead letter. */
export function parseLetter(text: Buffer): Letter | string {
  let value: unknown
  try {
    value = JSON.parse(text.toString('utf8'))
  } catch {
    return 'it is not JSON'
  }
  if (typeof value !== 'object' || value === null) return 'it is not an object'
  const fields = new Map<string, unknown>(Object.entries(value))
  const line = lineOf(fields)
  if (typeof line === 'string') return line
  if (line.length === 0) return 'its line is empty'
  const route = routeOf(fields)
  if (typeof route === 'string') return route
  const code = fields.get('code')
  return { line, code: typeof code === 'string' ? code : '', route }
}

type Fields = ReadonlyMap<string, unknown>

/** Nothing is sent that is not what was written: bytes that would be changed are a reason, too. */
function lineOf(fields: Fields): Buffer | string {
  const line = fields.get('line')
  if (typeof line === 'string') {
    return toUSVString(line) === line ? Buffer.from(line) : 'its line is no text that UTF-8 can hold'
  }
  const base64 = fields.get('lineBase64')
  if (typeof base64 !== 'string') return 'it has neither line nor lineBase64'
  const bytes = Buffer.from(base64, 'base64')
  return bytes.toString('base64') === base64 ? bytes : 'its lineBase64 is no Base64'
}

/** In the order of DIS's precedence. A field that is there decides, also with a value that it cannot have. */
function routeOf(fields: Fields): Route | string {
  for (const name of ['partitionId', 'explicitHashKey', 'partitionKey'] as const) {
    const value = fields.get(name) ?? undefined
    if (value === undefined) continue
    if (typeof value !== 'string') return `its ${name} is no text`
    switch (name) {
      case 'partitionId':
        return { partitionId: value }
      case 'explicitHashKey':
        return { explicitHashKey: value }
      case 'partitionKey':
        return { partitionKey: value }
      default: {
        const never: never = name
        return never
      }
    }
  }
  return { spread: true }
}
