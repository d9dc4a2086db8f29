import { Refusal, refuse } from './errors.ts'
import { type JsonObject, stringField } from './schema.ts'

/** A tag of a stream. */
export interface Tag {
  readonly key: string
  readonly value: string
}

/** Documented for a stream. */
const MAX_TAGS = 10

// The lengths are not in the pages of DIS; these are larger than any that another service of the cloud takes.
const MAX_KEY_LENGTH = 128
const MAX_VALUE_LENGTH = 255

/** The tags in a CreateStream body. Only what can be written into an answer again is taken: pairs of short texts. */
export function parseTags(value: unknown): readonly Tag[] | Refusal {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) return refuse('DIS.4200', 'tags must be an array')
  if (value.length > MAX_TAGS)
    return refuse('DIS.4200', `tags has ${value.length} entries, the limit is ${MAX_TAGS}`)
  const tags: Tag[] = []
  for (const item of value) {
    const tag = parseTag(item, `tags[${tags.length}]`)
    if (tag instanceof Refusal) return tag
    tags.push(tag)
  }
  return tags
}

function parseTag(item: unknown, place: string): Tag | Refusal {
  if (typeof item !== 'object' || item === null || Array.isArray(item))
    return refuse('DIS.4200', `${place} must be an object with key and value`)
  const fields: JsonObject = { ...item }
  const key = stringField(fields, 'key')
  if (key instanceof Refusal) return key
  const value = stringField(fields, 'value')
  if (value instanceof Refusal) return value
  if (key === '' || key.length > MAX_KEY_LENGTH)
    return refuse('DIS.4200', `${place}.key must have 1 … ${MAX_KEY_LENGTH} characters`)
  if (value.length > MAX_VALUE_LENGTH)
    return refuse('DIS.4200', `${place}.value must have up to ${MAX_VALUE_LENGTH} characters`)
  return { key, value }
}
