/** Which records and lines are printed. */
import type { DisRecord } from '@dis-logs/core'
import { UsageError } from '../status.ts'

/** What the flags ask for. */
export interface Filter {
  /** False if every record and line is printed. */
  readonly isActive: boolean
  takesRecord(record: DisRecord): boolean
  takesLine(line: Buffer): boolean
}

/** @throws UsageError if the pattern is no regular expression */
export function createFilter(
  pattern: string | undefined,
  ignoresCase: boolean,
  keys: readonly string[] = []
): Filter {
  const expression = pattern === undefined ? undefined : compile(pattern, ignoresCase)
  const wanted = new Set(keys)
  return {
    isActive: expression !== undefined || wanted.size > 0,
    takesRecord: ({ partitionKey }) =>
      wanted.size === 0 || (partitionKey !== undefined && wanted.has(partitionKey)),
    takesLine: (line) => expression === undefined || expression.test(line.toString('utf8'))
  }
}

function compile(pattern: string, ignoresCase: boolean): RegExp {
  try {
    return new RegExp(pattern, ignoresCase ? 'iu' : 'u')
  } catch (error) {
    const why = error instanceof Error ? error.message.split(': ').at(-1) : ''
    throw new UsageError(`--grep: got '${pattern}'; allowed: a regular expression of JavaScript (${why})`)
  }
}
