/** The answer of a service that gives temporary keys → credentials. */
import { isRecord, parseObject } from '../wire/json-object.ts'
import { lifetimeOf } from './lifetime.ts'
import type { Provided } from './provider.ts'
import type { Answer } from './service.ts'

/**
 * Reads `{"credential":{"access","secret","securitytoken","expires_at"}}`, the form of IAM and of the ECS metadata. Also
 * reads the names of pod identity: `accessKeyId`, `secretAccessKey`, `securityToken`, `expiration`.
 * Undefined if the answer has another form. `now`: wall time, for an answer without a Date header.
 */
export function readTemporaryKeys(answer: Answer, now: number): Provided | undefined {
  const all = parseObject(answer.body)
  const inner = all?.['credential'] ?? all?.['credentials'] ?? all
  if (!isRecord(inner)) return undefined
  const accessKey = firstText(inner, 'access', 'accessKeyId')
  const secretKey = firstText(inner, 'secret', 'secretAccessKey')
  const securityToken = firstText(inner, 'securitytoken', 'securityToken')
  if (accessKey === undefined || secretKey === undefined || securityToken === undefined) return undefined
  const endsAt = readTime(firstText(inner, 'expires_at', 'expiration'))
  return {
    credentials: { accessKey, secretKey, securityToken },
    endsAt,
    lifetimeMs: lifetimeOf(endsAt, answer.headers['date'], now),
    projectId: undefined
  }
}

/** A UTC time with a fraction of any length (`2025-01-02T03:04:05.000000Z`), in ms since the epoch; undefined if it is none. */
export function readTime(text: string | undefined): number | undefined {
  const time = Date.parse(text ?? '')
  return Number.isNaN(time) ? undefined : time
}

function firstText(from: Readonly<Record<string, unknown>>, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = from[name]
    if (typeof value === 'string' && value !== '') return value
  }
  return undefined
}
