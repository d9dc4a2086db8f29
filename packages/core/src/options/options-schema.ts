import * as v from 'valibot'
import { type ConfigFault, DisConfigError, invalidOption } from '../errors.ts'
import {
  DEFAULT_BATCH_BYTES,
  DEFAULT_BATCH_RECORDS,
  DEFAULT_CLOSE_MS,
  DEFAULT_DEAD_LETTER_BYTES,
  ID,
  MAX_BATCH_RECORDS,
  MAX_CLOSE_MS,
  MAX_HASH_KEY,
  MAX_RECORD_BYTES,
  MAX_REQUEST_BYTES,
  PARTITION_ID
} from '../limits.ts'
import { withoutLogin } from '../net/address.ts'
import { isRecord } from '../wire/json-object.ts'
import { credentials, fieldsOf } from './credentials-schema.ts'
import type { DisOptions } from './options.ts'
import { text, texts } from './text-schema.ts'

// The message of each schema follows "got …;" in an error, and says what is allowed.

function whole(min: number, max: number, fallback: number) {
  const message = `allowed: a whole number from ${min} to ${max}`
  return v.optional(
    v.pipe(v.number(message), v.integer(message), v.minValue(min, message), v.maxValue(max, message)),
    fallback
  )
}

function id(message = 'allowed: 1 to 64 letters, digits, - and _') {
  return v.pipe(v.string(message), v.regex(ID, message))
}

function choice<const T extends readonly [string, ...string[]]>(values: T, fallback: T[number]) {
  return v.optional(picklist(values), fallback)
}

function picklist<const T extends readonly [string, ...string[]]>(values: T) {
  return v.picklist(values, `allowed: ${values.map((value) => `'${value}'`).join(', ')}`)
}

function flag(fallback: boolean) {
  return v.optional(v.boolean('allowed: true or false'), fallback)
}

type KeyFunction = (line: string) => string | undefined

const partitionKey = v.union(
  [text(), texts(16), v.null(), v.custom<KeyFunction>((value) => typeof value === 'function')],
  "allowed: a field path like 'tenant.id', up to 16 of them to try in order, null, or (in-process) a function"
)

const hashKeyMessage = `allowed: a decimal string from '0' to '${MAX_HASH_KEY}'`

/** All of {@link DisOptions}: defaults, ranges, and messages. */
export const optionsSchema = v.strictObject({
  region: v.optional(
    v.pipe(v.string(), v.regex(/^[a-z0-9-]{2,40}$/, "allowed: a region's name like 'cn-north-4'"))
  ),
  endpoint: v.optional(text("allowed: 'https://host' or 'https://host:port'")),
  projectId: v.optional(
    id('allowed: letters, digits, - and _ (32 hex digits in practice; see "My Credentials" in the console)')
  ),
  streamName: v.optional(id()),
  streamId: v.optional(id()),
  credentials: v.optional(credentials),
  signing: choice(['sdk', 'dis', 'derived'], 'sdk'),
  partitionKey: v.optional(partitionKey, 'hostname'),
  explicitHashKey: v.optional(
    v.pipe(
      v.string(hashKeyMessage),
      v.check((value) => /^\d{1,19}$/.test(value) && BigInt(value) <= MAX_HASH_KEY, hashKeyMessage)
    )
  ),
  partitionId: v.optional(
    v.pipe(
      v.string("allowed: a string like 'shardId-0000000000' or '0'"),
      v.regex(PARTITION_ID, "allowed: 'shardId-0000000000' or a decimal like '0'")
    )
  ),
  aggregate: v.optional(
    v.union(
      [v.boolean(), v.strictObject({ maxBytes: whole(1_024, MAX_RECORD_BYTES, 50_000) })],
      `allowed: true, false or { maxBytes } from 1024 to ${MAX_RECORD_BYTES}`
    ),
    false
  ),
  newlines: choice(['keep', 'escape'], 'keep'),
  lineId: flag(false),
  ordered: flag(false),
  batch: v.optional(
    v.strictObject({
      maxRecords: whole(1, MAX_BATCH_RECORDS, DEFAULT_BATCH_RECORDS),
      maxBytes: whole(1_024, MAX_REQUEST_BYTES, DEFAULT_BATCH_BYTES),
      lingerMs: whole(0, 60_000, 200)
    }),
    {}
  ),
  concurrency: v.optional(v.strictObject({ max: whole(1, 64, 8) }), {}),
  retry: v.optional(
    v.strictObject({
      baseMs: whole(1, 60_000, 100),
      maxMs: whole(1, 600_000, 30_000),
      maxAttempts: whole(1, 1_000, 10),
      maxAgeMs: v.optional(v.nullable(whole(1, Number.MAX_SAFE_INTEGER, 1)), null),
      probeIntervalMs: whole(1_000, 86_400_000, 300_000)
    }),
    {}
  ),
  requestTimeoutMs: whole(100, 300_000, 30_000),
  closeTimeoutMs: whole(0, MAX_CLOSE_MS, DEFAULT_CLOSE_MS),
  oversize: choice(['truncate', 'reject'], 'truncate'),
  buffer: v.optional(
    v.strictObject({
      maxBytes: whole(65_536, 4 * 1024 ** 3, 64 * 1024 ** 2),
      // The default depends on the spool: see `resolveOnFull` in settings.ts.
      onFull: v.optional(picklist(['block', 'dropOldest', 'dropNewest', 'spool']))
    }),
    {}
  ),
  spool: v.optional(
    v.strictObject({
      dir: text('allowed: the path of a folder of its own'),
      mode: choice(['overflow', 'always'], 'overflow'),
      maxBytes: whole(1_048_576, Number.MAX_SAFE_INTEGER, 1024 ** 3),
      fsync: choice(['interval', 'always', 'never'], 'interval')
    })
  ),
  deadLetter: v.optional(
    v.union(
      [
        text(),
        v.strictObject({
          path: text('allowed: the path of a file'),
          maxBytes: whole(1_024, Number.MAX_SAFE_INTEGER, DEFAULT_DEAD_LETTER_BYTES)
        })
      ],
      'allowed: the path of a file, or { path, maxBytes? }'
    )
  ),
  wire: v.optional(
    v.strictObject({
      format: choice(['json', 'protobuf'], 'json'),
      compression: choice(['none', 'lz4', 'snappy', 'zstd'], 'none')
    }),
    {}
  ),
  stats: v.optional(v.strictObject({ intervalMs: whole(100, 86_400_000, 60_000) })),
  http: v.optional(
    v.strictObject({
      ca: v.optional(
        v.union([text(), texts(1_000)], 'allowed: PEM text, the path of a PEM file, or several')
      ),
      proxy: v.optional(text("allowed: 'http://host:port'")),
      allowInsecure: flag(false)
    }),
    {}
  )
})

/** Options with every default filled in. */
export type CheckedOptions = v.InferOutput<typeof optionsSchema>

/** @throws DisConfigError that names each option that is unknown, of the wrong type or out of range; also if a getter throws */
export function checkOptions(options: unknown): CheckedOptions {
  try {
    const result = v.safeParse(optionsSchema, options ?? {})
    if (result.success) return result.output
    throw new DisConfigError(result.issues.map(toProblem))
  } catch (error) {
    if (error instanceof DisConfigError) throw error
    throw invalidOption('options', 'a value that cannot be read', 'allowed: plain values')
  }
}

function toProblem(issue: v.BaseIssue<unknown>): ConfigFault {
  const path = issue.path ?? []
  const option = path.map((item) => hidden(String(item.key))).join('.') || 'options'
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    // The value of an unknown option may be a secret in the wrong place, so it is never shown.
    return {
      option,
      given: `an unknown option (${kind(path.at(-1)?.value)})`,
      cure: issue.message.startsWith('allowed')
        ? issue.message
        : `allowed here: ${siblings(path.map((item) => String(item.key)))}`
    }
  }
  if (issue.type === 'strict_object' && issue.received === 'undefined') {
    return { option, given: 'nothing', cure: 'it is needed' }
  }
  return { option, given: show(option, issue.input), cure: allowedText(issue) }
}

function allowedText(issue: v.BaseIssue<unknown>): string {
  return issue.message.startsWith('allowed') ? issue.message : `allowed: ${issue.expected ?? 'another value'}`
}

function siblings(path: readonly string[]): string {
  let entries: Record<string, unknown> = optionsSchema.entries
  for (const key of path.slice(0, -1)) entries = entriesOf(entries[key])
  return Object.keys(entries).join(', ')
}

/** The entries of an object schema. Looks into `optional`, and takes the first object of a union. */
function entriesOf(schema: unknown): Record<string, unknown> {
  if (!isRecord(schema)) return {}
  if (isRecord(schema['entries'])) return schema['entries']
  if (Array.isArray(schema['options']))
    return entriesOf(schema['options'].find((option) => isRecord(option) && 'entries' in option))
  return entriesOf(schema['wrapped'])
}

/** A value of an option as short text for a message. If it could be a secret, only its kind. */
export function show(option: string, value: unknown): string {
  if (option.startsWith('credentials')) return fieldsOf(value) ?? kind(value)
  if (option === 'http.proxy') return kind(value)
  if (typeof value === 'string') return shorten(`'${hidden(value)}'`)
  return typeof value === 'object' || typeof value === 'function' ? kind(value) : String(value)
}

/** Any text option, and any name, may be the address of a proxy or an endpoint by mistake. */
function hidden(text: string): string {
  return /@|:\/\//.test(text) ? withoutLogin(text) : text
}

function shorten(value: string): string {
  return value.length > 80 ? `${value.slice(0, 77)}…'` : value
}

function kind(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

// The public interface and the schema must have the same keys. Otherwise this does not compile.
type SameKeys =
  | Exclude<keyof DisOptions, keyof CheckedOptions>
  | Exclude<keyof CheckedOptions, keyof DisOptions>
const sameKeys: [SameKeys] extends [never] ? true : false = true
void sameKeys
