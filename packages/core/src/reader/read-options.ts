/** What a reader may be told, checked once. */
import { invalidOption } from '../errors.ts'
import { PARTITION_ID } from '../limits.ts'
import type { DisOptions } from '../options/options.ts'
import type { WarningEvent } from '../report/events.ts'
import { type CursorPosition, sequenceOf } from './position.ts'
import type { CheckpointStore } from './progress.ts'

/** Options of `readStream`. The first ones are those of a producer: where the stream is, and who reads. */
export interface ReadOptions
  extends Pick<
    DisOptions,
    | 'region'
    | 'endpoint'
    | 'projectId'
    | 'streamName'
    | 'streamId'
    | 'credentials'
    | 'signing'
    | 'requestTimeoutMs'
    | 'http'
  > {
  /**
   * Where reading starts in a partition that has no checkpoint: `'beginning'`, the oldest record that is kept; `'latest'`, what comes
   * from now on; a time; or a position of the API. @default 'beginning'
   */
  readonly from?: 'beginning' | 'latest' | Date | CursorPosition
  /** Only these partitions, as `'shardId-0000000000'` or `'0'`. Default: all, and those that are added later. */
  readonly partitions?: readonly string[]
  /** The consumer's name: checkpoints are kept by DIS, as those of an app. The app is made if there is none. */
  readonly app?: string
  /** Checkpoints are kept here instead. */
  readonly checkpoints?: CheckpointStore
  /**
   * How often checkpoints are stored by themselves, in ms: of the records after which the consumer asked for another one. `null`: only
   * when it calls `checkpoint()`. 100 to 3,600,000. @default 5_000
   */
  readonly checkpointMs?: number | null
  /**
   * Leaves out lines that came before, by the ids of the option `lineId`. After a restart up to `lookBack` records before each checkpoint
   * are read again to know their ids (0 to 100,000, default 10,000). @default false
   */
  readonly dedupe?: boolean | { readonly lookBack?: number }
  /** Ends the reading, quietly: the loop ends, checkpoints are stored. */
  readonly signal?: AbortSignal
  /** How often new partitions are looked for, in ms. 100 to 3,600,000. @default 30_000 */
  readonly refreshMs?: number
  /** Gets what an operator should know. Default: `process.emitWarning`. */
  readonly onWarning?: (event: WarningEvent) => void
}

/** Checked options. */
export interface ReadSettings {
  readonly connection: DisOptions
  readonly from: CursorPosition
  readonly partitions: readonly string[]
  readonly app: string | undefined
  readonly checkpoints: CheckpointStore | undefined
  readonly checkpointMs: number | null
  /** Undefined: nothing is left out. */
  readonly lookBack: number | undefined
  readonly signal: AbortSignal | undefined
  readonly refreshMs: number
  readonly onWarning: ((event: WarningEvent) => void) | undefined
}

const CONNECTION: readonly string[] = [
  'region',
  'endpoint',
  'projectId',
  'streamName',
  'streamId',
  'credentials',
  'signing',
  'requestTimeoutMs',
  'http'
] satisfies (keyof ReadOptions)[]
const OWN = [
  'from',
  'partitions',
  'app',
  'checkpoints',
  'checkpointMs',
  'dedupe',
  'signal',
  'refreshMs',
  'onWarning'
] satisfies (keyof ReadOptions)[]
const KNOWN = [...CONNECTION, ...OWN]

const APP = /^[A-Za-z0-9_-]{1,200}$/
const HOUR_MS = 3_600_000
const LOOK_BACK = 10_000

/** @throws DisConfigError for the first option that cannot work; those of the connection are checked by the client */
export function checkReadOptions(options: ReadOptions): ReadSettings {
  const {
    app,
    checkpointMs = 5_000,
    checkpoints,
    dedupe = false,
    from = 'beginning',
    onWarning,
    partitions = [],
    refreshMs = 30_000,
    signal,
    ...connection
  } = options
  const unknown = Object.keys(connection).find((name) => !CONNECTION.includes(name))
  if (unknown !== undefined)
    throw invalidOption(unknown, 'an unknown option', `allowed here: ${KNOWN.join(', ')}`)
  const position = positionOf(from)
  check(
    'from',
    position !== undefined,
    from,
    "allowed: 'beginning', 'latest', a Date, or { type, … } of a cursor"
  )
  const areIds =
    Array.isArray(partitions) && partitions.every((id) => typeof id === 'string' && PARTITION_ID.test(id))
  check('partitions', areIds, partitions, "allowed: a list of 'shardId-0000000000' or '0'")
  const isNumbered = position !== undefined && 'sequenceNumber' in position
  check(
    'from',
    !isNumbered || partitions.length === 1,
    from,
    'a sequence number needs {partitions} with one id'
  )
  check('app', app === undefined || APP.test(app), app, 'allowed: 1 to 200 letters, digits, - and _')
  check('checkpoints', isStore(checkpoints), checkpoints, 'allowed: { load, save }')
  check(
    'checkpoints',
    app === undefined || checkpoints === undefined,
    'both',
    'leave {app} or {checkpoints} out'
  )
  check('checkpointMs', checkpointMs === null || isWhole(checkpointMs, 100, HOUR_MS), checkpointMs, RANGE)
  check('refreshMs', isWhole(refreshMs, 100, HOUR_MS), refreshMs, RANGE)
  const lookBack = lookBackOf(dedupe)
  check('dedupe', lookBack !== null, dedupe, 'allowed: true, false or { lookBack } from 0 to 100000')
  check('signal', signal === undefined || signal instanceof AbortSignal, signal, 'allowed: an AbortSignal')
  const isHeard = onWarning === undefined || typeof onWarning === 'function'
  check('onWarning', isHeard, onWarning, 'allowed: a function')
  return {
    connection,
    from: position ?? { type: 'TRIM_HORIZON' },
    partitions: partitions.map(longPartitionId),
    app,
    checkpoints,
    checkpointMs,
    lookBack: lookBack ?? undefined,
    signal,
    refreshMs,
    onWarning
  }
}

const RANGE = 'allowed: a whole number from 100 to 3600000'

function check(option: string, isAllowed: boolean, given: unknown, cure: string): void {
  if (isAllowed) return
  const shown =
    typeof given === 'string'
      ? `'${given}'`
      : typeof given === 'number'
        ? String(given)
        : `a value of type ${typeof given}`
  throw invalidOption(option, shown, cure)
}

const TYPES: readonly unknown[] = ['TRIM_HORIZON', 'LATEST']
const NUMBERED: readonly unknown[] = ['AT_SEQUENCE_NUMBER', 'AFTER_SEQUENCE_NUMBER']

function positionOf(from: unknown): CursorPosition | undefined {
  if (from === 'beginning') return { type: 'TRIM_HORIZON' }
  if (from === 'latest') return { type: 'LATEST' }
  if (from instanceof Date) return timePosition(from.getTime())
  return isPosition(from) ? from : undefined
}

function isPosition(from: unknown): from is CursorPosition {
  if (typeof from !== 'object' || from === null || !('type' in from)) return false
  if (TYPES.includes(from.type)) return true
  if (from.type === 'AT_TIMESTAMP') return 'timestamp' in from && timePosition(from.timestamp) !== undefined
  const number =
    'sequenceNumber' in from && typeof from.sequenceNumber === 'string' ? from.sequenceNumber : undefined
  return NUMBERED.includes(from.type) && sequenceOf(number) !== undefined
}

function timePosition(timestamp: unknown): CursorPosition | undefined {
  return isWhole(timestamp, 0, Number.MAX_SAFE_INTEGER) ? { type: 'AT_TIMESTAMP', timestamp } : undefined
}

function isStore(store: unknown): boolean {
  if (store === undefined) return true
  if (typeof store !== 'object' || store === null) return false
  return (
    'load' in store && typeof store.load === 'function' && 'save' in store && typeof store.save === 'function'
  )
}

/** Undefined: off. Null: not allowed. */
function lookBackOf(dedupe: unknown): number | undefined | null {
  if (dedupe === false) return undefined
  if (dedupe === true) return LOOK_BACK
  if (typeof dedupe !== 'object' || dedupe === null) return null
  const { lookBack = LOOK_BACK, ...others }: { lookBack?: unknown } = dedupe
  return isWhole(lookBack, 0, 100_000) && Object.keys(others).length === 0 ? lookBack : null
}

function isWhole(value: unknown, min: number, max: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max
}

/** `0`, `shardId-0000000000` → the long one. */
function longPartitionId(id: string): string {
  return `shardId-${id
    .replace(/^\D*/, '')
    .replace(/^0+(?=\d)/, '')
    .padStart(10, '0')}`
}
