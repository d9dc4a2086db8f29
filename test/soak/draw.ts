/**
 * What applications a seed gives: how each logs, with which options. Some facts belong to all lives of an application, because
 * lines of one life are sent by another; the rest is drawn for each life.
 */
import type { DisOptions } from '@dis-logs/core'
import type { Chance } from './chance.ts'

export type Kind = 'core' | 'worker' | 'pino' | 'pino-stream' | 'winston' | 'winston-inline'
export type Route = 'key' | 'spread' | 'hostname' | 'hash' | 'partition'
export type KeyMode = 'one' | 'few' | 'many' | 'unique' | 'hot'
/** `small-disk`: a file system of its own that a nemesis fills. */
export type Spool = 'none' | 'own' | 'shared' | 'small-disk'
export type Keys = 'profile' | 'function' | 'static' | 'variables'

/** Facts of an application over all of its lives. */
export interface Plan {
  readonly name: string
  readonly kind: Kind
  /** Faults of the network and of the process spare the calm one, and nothing may be doubled there. */
  readonly stream: 'calm' | 'storm'
  readonly mayDie: boolean
  readonly isOrdered: boolean
  readonly route: Route
  readonly keyMode: KeyMode
  readonly spool: Spool
  readonly spoolMode: 'overflow' | 'always'
  /** Whether `spool.maxBytes` is so small that lines are given up. */
  readonly isSpoolSmall: boolean
  readonly keys: Keys
  readonly hasLetters: boolean
  /** Whether its lines carry ids, so that a consumer can leave out those that come again. */
  readonly hasIds: boolean
}

/** What it logs. */
export interface Load {
  readonly rate: number
  readonly lengths: readonly [number, number]
  /** One line in so many is above the record limit; 0: none. */
  readonly giantEvery: number
  readonly keys: { readonly mode: KeyMode; readonly count: number; readonly prefix: string }
  readonly flushEveryMs: number
}

/** Facts of one life. */
export interface Life {
  readonly options: DisOptions & { readonly functions: readonly string[] }
  readonly load: Load
}

/** Where a life finds its folders. */
export interface Places {
  readonly endpoint: string
  readonly spoolDir: string
  readonly letters: string
  readonly profile: string
  /** Access keys that are good now. */
  readonly accessKeys: { readonly accessKey: string; readonly secretKey: string }
}

const VARIANTS: readonly (readonly [Kind, Kind])[] = [
  ['pino', 'pino-stream'],
  ['winston', 'winston-inline'],
  ['core', 'worker']
]
const IN_PROCESS: readonly Kind[] = ['core', 'pino-stream', 'winston-inline']
const KEY_COUNTS: Readonly<Record<KeyMode, number>> = { one: 1, few: 5, many: 300, unique: 1, hot: 20 }
const MIB = 1_048_576
const SMALL_RECORDS = { maxBytes: 1_024 }

/** The applications of a seed: both adapters and the producer, each folder arrangement. `canMount`: a small disk is there. */
export function drawPlans(chance: Chance, processes: number, canMount: boolean): Plan[] {
  const turn = chance.whole(0, 2)
  const isSharedOrdered = chance.happens(0.5)
  return Array.from({ length: processes }, (_, index) => {
    const own = chance.fork()
    const [usual, other] = VARIANTS[(index + turn) % 3] ?? ['core', 'worker']
    const kind = own.happens(0.65) ? usual : other
    const isCalm = index === 0
    const mayDie = index > 1
    const spool = spoolOf(own, index, canMount)
    const isOrdered = spool === 'shared' ? isSharedOrdered : own.happens(0.6)
    const route =
      isOrdered || own.happens(0.5) ? 'key' : own.pick<Route>(['spread', 'hostname', 'hash', 'partition'])
    return {
      name: `p${index}`,
      kind,
      stream: isCalm ? 'calm' : 'storm',
      mayDie,
      isOrdered,
      route,
      keyMode: own.pick<KeyMode>(
        isOrdered ? ['one', 'few', 'many', 'hot'] : ['one', 'few', 'many', 'unique', 'hot']
      ),
      spool,
      spoolMode: own.happens(0.6) ? 'always' : 'overflow',
      isSpoolSmall: index === 1 && own.happens(0.4),
      keys: keysOf(own, kind, mayDie),
      hasLetters: isOrdered || own.happens(0.7),
      hasIds: own.happens(0.7)
    }
  })
}

function spoolOf(chance: Chance, index: number, canMount: boolean): Spool {
  if (index === 0) return chance.pick<Spool>(['none', 'own'])
  if (index === 1) return 'own'
  const small: Spool = canMount ? 'small-disk' : 'own'
  return (['shared', 'own', small, 'shared', 'none'] as const)[(index - 2) % 5] ?? small
}

/** Keys that a process cannot renew are for those that are started again. */
function keysOf(chance: Chance, kind: Kind, mayDie: boolean): Keys {
  const renewed: Keys[] = IN_PROCESS.includes(kind) ? ['profile', 'function'] : ['profile']
  return chance.pick<Keys>(mayDie ? [...renewed, 'static', 'variables'] : renewed)
}

/** Whether keys are the same in all lives, so that their order is promised over a restart, too. */
export function keepsKeys({ spool, spoolMode }: Plan): boolean {
  return spool === 'own' && spoolMode === 'always'
}

/** The options and the load of the next life. */
export function drawLife(chance: Chance, plan: Plan, life: number, places: Places): Life {
  const { isOrdered, name, keyMode } = plan
  const isCalm = plan.stream === 'calm'
  const aggregate = chance.pick([
    true,
    true,
    false,
    chance.pick([SMALL_RECORDS, { maxBytes: 20_000 }, { maxBytes: 200_000 }])
  ])
  const buffer = bufferOf(chance, plan)
  // A key gets one record a round trip. If that holds a line or two, what waited during a storm takes minutes, whatever anybody does.
  const isSlow = isOrdered && (aggregate === false || aggregate === SMALL_RECORDS)
  const options: Life['options'] = {
    functions: functionsOf(chance, plan),
    endpoint: places.endpoint,
    region: 'soak-1',
    projectId: 'p',
    streamName: plan.stream,
    ...credentialsOf(plan, places),
    signing: chance.pick(['sdk', 'dis', 'derived']),
    ...routeOf(chance, plan),
    aggregate,
    ordered: isOrdered,
    lineId: plan.hasIds,
    batch: {
      maxRecords: chance.pick([10, 100, 500, 2_000]),
      maxBytes: chance.pick([65_536, 300_000, 1_000_000]),
      lingerMs: chance.pick([0, 20, 200, 1_000])
    },
    concurrency: { max: chance.pick([1, 2, 8, 32]) },
    buffer,
    retry: {
      baseMs: chance.pick([20, 100]),
      maxMs: chance.pick([500, 3_000]),
      maxAttempts: chance.pick([10, 1_000]),
      maxAgeMs: !isOrdered && plan.hasLetters && chance.happens(0.2) ? 15_000 : null,
      probeIntervalMs: chance.pick([2_000, 5_000, 10_000])
    },
    requestTimeoutMs: isCalm ? 30_000 : chance.pick([1_000, 2_000, 5_000]),
    closeTimeoutMs: chance.pick([1_000, 3_000, 8_000]),
    oversize: chance.pick(['truncate', 'reject']),
    wire: {
      format: chance.pick(['json', 'protobuf']),
      compression: chance.pick(['none', 'lz4', 'snappy', 'zstd'])
    },
    stats: { intervalMs: 1_000 },
    ...(plan.hasLetters ? { deadLetter: places.letters } : {}),
    ...(plan.spool === 'none' ? {} : { spool: spoolOptions(chance, plan, places) })
  }
  return {
    options,
    load: {
      rate: isSlow ? 20 : chance.pick([100, 300, 600]),
      lengths: chance.pick<readonly [number, number]>([
        [10, 100],
        [50, 600],
        [10, 3_000]
      ]),
      giantEvery: buffer.maxBytes >= 16 * MIB && chance.happens(0.3) ? 2_000 : 0,
      keys: {
        mode: keyMode,
        count: isSlow ? 5 : KEY_COUNTS[keyMode],
        prefix: keepsKeys(plan) ? name : `${name}-${life}`
      },
      flushEveryMs: chance.pick([100, 500, 2_000])
    }
  }
}

function bufferOf(chance: Chance, plan: Plan) {
  const spill = plan.spool !== 'none' && plan.spoolMode === 'overflow'
  // An attempt of a line that is given up may still be stored, behind later ones. So the order is promised for the others only.
  const policies = plan.isOrdered
    ? (['block', 'dropNewest'] as const)
    : (['block', 'dropNewest', 'dropOldest'] as const)
  return {
    maxBytes: chance.pick([262_144, MIB, 4 * MIB, 16 * MIB]),
    onFull: spill && chance.happens(0.7) ? ('spool' as const) : chance.pick(policies)
  }
}

function spoolOptions(chance: Chance, plan: Plan, { spoolDir }: Places) {
  return {
    dir: spoolDir,
    mode: plan.spoolMode,
    fsync: chance.pick(['interval', 'always', 'never'] as const),
    ...(plan.isSpoolSmall ? { maxBytes: 2 * MIB } : {})
  }
}

function functionsOf(chance: Chance, plan: Plan): string[] {
  if (!IN_PROCESS.includes(plan.kind)) return []
  return [
    ...(plan.route === 'key' && chance.happens(0.3) ? ['partitionKey'] : []),
    ...(plan.keys === 'function' ? ['credentials'] : [])
  ]
}

function routeOf(chance: Chance, { route }: Plan): Partial<DisOptions> {
  switch (route) {
    case 'key':
      return { partitionKey: chance.happens(0.5) ? 'k' : ['absent.field', 'k'] }
    case 'spread':
      return { partitionKey: null }
    case 'hostname':
      return {}
    case 'hash':
      return { explicitHashKey: '4611686018427387904' }
    case 'partition':
      // Scaling down takes the last ones away, never this one.
      return { partitionId: chance.pick(['0', 'shardId-0000000000']) }
    default: {
      const never: never = route
      return never
    }
  }
}

function credentialsOf({ keys }: Plan, { profile, accessKeys }: Places): Partial<DisOptions> {
  if (keys === 'variables') return {}
  return { credentials: keys === 'static' ? accessKeys : { profile: { file: profile } } }
}
