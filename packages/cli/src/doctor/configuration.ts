/** Is there a configuration, and where does each value come from? */
import type { ConfigProblem, ConfigValue, Inspection } from '@dis-logs/core'
import { flagOf } from '../options.ts'
import { type Check, failed, passed } from './check.ts'

const NAME = 'configuration'

/** Credentials have a check of their own. */
export function isAboutCredentials({ option }: ConfigProblem): boolean {
  return option === 'credentials' || option.startsWith('credentials.')
}

/** Every value with its origin; or every problem, and the values that are there all the same. */
export function checkConfiguration({ problems, values }: Inspection): Check {
  const wrong = problems.filter((problem) => !isAboutCredentials(problem))
  const found = values.map(describe).join(', ')
  if (wrong.length === 0) return passed(NAME, found)
  const facts = wrong.map(({ option, given }) => `${flagOf(option)}: got ${given}`)
  const rest = found === '' ? '' : `; found: ${found}`
  return failed(NAME, `${facts.join('; ')}${rest}`, curesOf(wrong))
}

/** What to do about problems of the configuration. */
export function curesOf(problems: readonly ConfigProblem[]): string {
  return problems.map(({ cure }) => cure).join('; ')
}

const WORDS: Readonly<Record<string, string>> = {
  streamName: 'stream',
  streamId: 'stream id',
  projectId: 'project',
  'http.proxy': 'proxy'
}

function describe({ option, value, from }: ConfigValue): string {
  return `${WORDS[option] ?? option} ${value} (${originOf(option, from)})`
}

function originOf(option: string, from: string): string {
  if (from === 'options') return flagOf(option)
  return from === 'region' || from === 'endpoint' ? `from the ${from}` : from
}
