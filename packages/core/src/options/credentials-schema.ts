/** The `credentials` option as a schema. Its values are secrets, so no message ever shows one. */
import * as v from 'valibot'
import type { CredentialsFunction } from '../auth/choice.ts'
import { ID } from '../limits.ts'
import { text } from './text-schema.ts'

const words = text()

const anyCredentials = v.union(
  [
    v.strictObject({ accessKey: words, secretKey: words, securityToken: v.optional(words) }),
    v.strictObject({ token: words }),
    v.strictObject({
      profile: v.union([
        v.literal(true),
        words,
        v.strictObject({ file: v.optional(words), section: v.optional(words) })
      ])
    }),
    v.strictObject({ metadata: v.literal(true) }),
    v.custom<CredentialsFunction>((value) => typeof value === 'function')
  ],
  'allowed: { accessKey, secretKey, securityToken? }, { token }, { iam: { domainName, userName, password } }, ' +
    '{ profile: path | true }, { metadata: true }, or (in-process) a function that returns one of the first two'
)

// Not part of the union, so that a message can name the wrong field.
const iamLogin = v.strictObject({
  iam: v.strictObject(
    {
      endpoint: v.optional(words),
      domainName: words,
      userName: words,
      password: words,
      projectName: v.optional(words),
      projectId: v.optional(v.pipe(words, v.regex(ID, 'allowed: letters, digits, - and _')))
    },
    'allowed: { endpoint?, domainName, userName, password, projectName?, projectId? }'
  )
})

/** The `credentials` option. */
export const credentials = v.lazy((given) =>
  typeof given === 'object' && given !== null && 'iam' in given ? iamLogin : anyCredentials
)

const FIELDS = ['accessKey', 'secretKey', 'securityToken', 'token', 'iam', 'profile', 'metadata']

/** The present fields, for a message: they show which one is missing. Unknown names are left out, because one may be a secret. */
export function fieldsOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const names = FIELDS.filter((name) => name in value)
  return names.length === 0 ? undefined : `an object with ${names.join(', ')}`
}
