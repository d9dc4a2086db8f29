import { expect, it } from 'vitest'
import { unnotedSince } from './unnoted.ts'

const disk = (since: number | undefined) => ({ fullSince: () => since })

it.each([
  ['closed', undefined, undefined, Number.POSITIVE_INFINITY],
  ['killed', undefined, undefined, 89_000],
  ['killed', 95_000, undefined, 78_000],
  ['killed', 50_000, undefined, 89_000],
  ['killed', undefined, disk(undefined), 89_000],
  ['killed', undefined, disk(60_000), 49_000],
  ['closed', undefined, disk(60_000), 49_000],
  ['closed', 99_000, disk(undefined), Number.POSITIVE_INFINITY]
] as const)(
  'a process that is %s, stopped at %s, has noted all until then',
  (how, stoppedAt, small, since) => {
    expect(unnotedSince(how, stoppedAt, small, 100_000)).toBe(since)
  }
)
