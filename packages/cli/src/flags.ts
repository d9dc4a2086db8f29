/** The command line → values, on node's own parser, with messages that say what is allowed. */
import { parseArgs } from 'node:util'
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
  const config = { args: [...args], options: flags, allowPositionals: true } as const
  // Checked here, because node says what is wrong in words only. What passes is what node's strict parser takes.
  const { tokens } = parseArgs({ ...config, strict: false, tokens: true })
  for (const token of tokens) if (token.kind === 'option') checkFlag(flags, token)
  return parseArgs({ ...config, strict: true })
}

/** An option as it stands on the command line. */
interface FlagToken {
  readonly name: string
  /** With its dashes. */
  readonly rawName: string
  readonly value: string | undefined
  /** `--name=value` */
  readonly inlineValue: boolean | undefined
}

const SECRET = /secret|access-?key|token|password|credential|^--?(ak|sk)$/i

/** Only the name of the flag is ever shown: its value may be a secret. */
function checkFlag(flags: Flags, { name, rawName, value, inlineValue }: FlagToken): void {
  const flag = Object.hasOwn(flags, name) ? flags[name] : undefined
  if (flag === undefined) {
    if (SECRET.test(rawName)) throw new UsageError(`${rawName} does not exist: ${SECRETS_HINT}`)
    throw new UsageError(`unknown flag ${rawName}; allowed: ${namesOf(flags)}`)
  }
  if (flag.type === 'boolean') {
    if (value !== undefined) throw new UsageError(`${rawName} takes no value`)
    return
  }
  // `--stream --region x`: the value was forgotten.
  const isFlagLike = inlineValue === false && value !== undefined && /^-./.test(value)
  if (value !== undefined && !isFlagLike) return
  const example = flag.value ?? '<value>'
  throw new UsageError(
    `${rawName} needs a value: ${rawName} ${example} (or ${rawName}=${example} if it starts with a dash)`
  )
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
