/** The JSON of pino, winston, bunyan, zap and ECS → time, level, message and the rest. Pure. */

/** A line that is an object of a logger. */
export interface LogLine {
  /** In ms since the epoch; undefined if the line has none. */
  readonly timeMs: number | undefined
  readonly level: string | undefined
  readonly message: string | undefined
  readonly stack: string | undefined
  /** All other fields. */
  readonly rest: readonly (readonly [string, unknown])[]
}

const TIME = ['time', 'timestamp', '@timestamp', 'ts']
const LEVEL = ['level', 'severity', 'log.level']
const MESSAGE = ['msg', 'message']
const STACK = ['stack', 'error.stack_trace']
const ERROR = ['err', 'error']
/** The same in each line of a process. */
const DULL = new Set(['pid', 'v', 'ecs.version'])

/** pino's own numbers. */
const LEVELS: Readonly<Record<number, string>> = {
  10: 'TRACE',
  20: 'DEBUG',
  30: 'INFO',
  40: 'WARN',
  50: 'ERROR',
  60: 'FATAL'
}

/** `undefined` if the text is no JSON object. */
export function parseLogLine(text: string): LogLine | undefined {
  if (!text.startsWith('{')) return undefined
  let fields: [string, unknown][]
  try {
    fields = Object.entries(JSON.parse(text))
  } catch {
    return undefined
  }
  const taken = new Set<string>()
  const take = <T>(names: readonly string[], read: (value: unknown) => T | undefined): T | undefined => {
    for (const [name, value] of fields) {
      if (!names.includes(name)) continue
      const found = read(value)
      if (found === undefined) continue
      taken.add(name)
      return found
    }
    return undefined
  }
  const timeMs = take(TIME, asTime)
  const level = take(LEVEL, asLevel)
  const message = take(MESSAGE, asText)
  const stack = take(STACK, asText) ?? take(ERROR, stackOf)
  const rest = fields.filter(([name]) => !taken.has(name) && !DULL.has(name))
  return { timeMs, level, message, stack, rest }
}

function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function asTime(value: unknown): number | undefined {
  if (typeof value === 'string') return asMoment(Date.parse(value))
  if (typeof value !== 'number') return undefined
  // Seconds, as zap has them; as ms that would be in the first months of 1970 to 1973.
  return asMoment(value < 1e11 ? value * 1_000 : value)
}

function asMoment(ms: number): number | undefined {
  return Number.isNaN(new Date(ms).getTime()) ? undefined : ms
}

function asLevel(value: unknown): string | undefined {
  if (typeof value === 'number') return LEVELS[value] ?? String(value)
  return typeof value === 'string' && value !== '' ? value.toUpperCase() : undefined
}

function stackOf(value: unknown): string | undefined {
  return typeof value === 'object' && value !== null && 'stack' in value ? asText(value.stack) : undefined
}
