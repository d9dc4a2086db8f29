/** The command line → values, on node's own parser, with messages that say what is allowed. */
import { type ParseArgsConfig, parseArgs } from 'node:util'
import { UsageError } from './status.ts'

/** A flag as data: what the parser needs, and what the help says. */
export interface Flag {
  readonly type: 'string' | 'boolean'
  readonly multiple?: boolean
  readonly short?: string
  /** Placeholder of the value in the help: `<name>`. */
  readonly value?: string
  readonly help: string
}

/** Flags by name, without the dashes. */
export type Flags = Readonly<Record<string, Flag>>

type Parsed<T extends Flags> = ReturnType<
  typeof parseArgs<{ args: string[]; options: T; strict: true; allowPositionals: true }>
>

/** Keeps the literal types of flags, which type their parsed values. */
export function defineFlags<const T extends Flags>(flags: T): T {
  return flags
}

/** @throws UsageError for an unknown flag, a missing or a needless value */
export function parseFlags<T extends Flags>(flags: T, args: readonly string[]): Parsed<T> {
  try {
    return parseArgs({ args: [...args], options: flags, strict: true, allowPositionals: true })
  } catch (error) {
    throw new UsageError(explain(error, flags))
  }
}

const SECRET = /secret|access-?key|token|password|credential|^--?(ak|sk)$/i

function explain(error: unknown, flags: ParseArgsConfig['options'] & Flags): string {
  const message = error instanceof Error ? error.message : String(error)
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  // Only the name of the flag is ever shown: its value may be a secret.
  const name = /'(-[^' =]*)/.exec(message)?.[1] ?? 'flag'
  if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') {
    if (SECRET.test(name)) return `${name} does not exist: ${SECRETS_HINT}`
    return `unknown flag ${name}; allowed: ${namesOf(flags)}`
  }
  if (message.includes('does not take an argument')) return `${name} takes no value`
  const value = flags[name.replace(/^-+/, '')]?.value ?? '<value>'
  return `${name} needs a value: ${name} ${value} (or ${name}=${value} if it starts with a dash)`
}

/** Where secrets come from, in a sentence. */
export const SECRETS_HINT =
  'secrets come from the environment (HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK, or DIS_TOKEN) or a credentials file, because flags can be seen in the process list'

function namesOf(flags: Flags): string {
  return Object.keys(flags)
    .map((name) => `--${name}`)
    .join(', ')
}

/** @throws UsageError unless `text` is a whole number from `min` to `max` */
export function wholeNumber(
  flag: string,
  text: string | undefined,
  min: number,
  max: number
): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= min && value <= max) return value
  throw new UsageError(`--${flag}: got '${text}'; allowed: a whole number from ${min} to ${max}`)
}

/** Seconds on the command line → milliseconds. @throws UsageError unless `text` is a number above 0, up to a day */
export function secondsAsMs(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  if (/^\d+(\.\d+)?$/.test(text) && value > 0 && value <= 86_400) return value * 1_000
  throw new UsageError(`--${flag}: got '${text}'; allowed: seconds, above 0 and up to 86400`)
}

/** @throws UsageError unless `text` is one of `allowed` */
export function oneOf<const T extends string>(
  flag: string,
  text: string | undefined,
  allowed: readonly T[]
): T | undefined {
  if (text === undefined) return undefined
  const found = allowed.find((value) => value === text)
  if (found !== undefined) return found
  throw new UsageError(`--${flag}: got '${text}'; allowed: ${allowed.join(', ')}`)
}
