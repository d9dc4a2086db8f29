/** Random options, over the whole option space as far as it is not about the machine. */
import type { Random } from './kernel/random.ts'
import type { SlotOptions } from './plan.ts'

export function drawOptions(random: Random, streamName: string, hasFolder: boolean): SlotOptions {
  const spool = hasFolder ? drawSpool(random) : undefined
  return {
    streamName,
    partitionKey: random.pick(['k', 'k', 'k', null, ['x.id', 'k'], 'a function']),
    ...drawConstantRoute(random),
    ordered: random.chance(0.4),
    aggregate: random.pick([
      false,
      false,
      true,
      { maxBytes: 1_024 },
      { maxBytes: 8_192 },
      { maxBytes: 1_048_576 }
    ]),
    signing: random.pick(['sdk', 'dis', 'derived']),
    region: 'cn-north-4',
    batch: {
      maxRecords: random.pick([500, 500, 1, 2, 7, 50, 5_000]),
      maxBytes: random.pick([1_000_000, 1_000_000, 1_024, 5_000, 50_000, 5_242_880]),
      lingerMs: random.pick([200, 200, 0, 1, 50, 2_000, 10_000, 60_000])
    },
    concurrency: { max: random.pick([8, 8, 1, 2, 64]) },
    retry: {
      baseMs: random.pick([100, 100, 1, 10, 1_000, 60_000]),
      maxMs: random.pick([30_000, 30_000, 1, 1_000, 5_000, 60_000, 600_000]),
      maxAttempts: random.pick([10, 10, 1, 2, 3, 50, 1_000]),
      maxAgeMs: random.pick([null, null, null, 1, 5_000, 60_000, 600_000]),
      probeIntervalMs: random.pick([300_000, 60_000, 10_000, 1_000])
    },
    requestTimeoutMs: random.pick([30_000, 30_000, 5_000, 1_000, 300, 100, 300_000]),
    closeTimeoutMs: random.pick([8_000, 8_000, 0, 100, 1_000, 60_000, 600_000]),
    buffer: drawBuffer(random, spool?.mode),
    ...(spool === undefined ? {} : { spool }),
    deadLetter: random.pick([false, false, true, true, 1_024, 20_000]),
    oversize: random.pick(['truncate', 'reject']),
    wire: {
      format: random.pick(['json', 'json', 'protobuf']),
      compression: random.pick(['none', 'none', 'none', 'lz4', 'snappy', 'zstd'])
    },
    ...(random.fork('ids').chance(0.3) ? { lineId: true } : {}),
    ...(random.fork('newlines').chance(0.2) ? { newlines: 'escape' } : {}),
    ...(random.chance(0.2) ? { stats: { intervalMs: random.pick([100, 1_000, 60_000, 86_400_000]) } } : {})
  }
}

function drawConstantRoute(random: Random): Pick<SlotOptions, 'partitionId' | 'explicitHashKey'> {
  if (random.chance(0.05))
    return { partitionId: random.pick(['shardId-0000000000', '0', 'shardId-0000000001']) }
  if (random.chance(0.05))
    return { explicitHashKey: random.pick(['0', '9223372036854775807', '4611686018427387903']) }
  return {}
}

function drawBuffer(
  random: Random,
  mode: 'always' | 'overflow' | undefined
): NonNullable<SlotOptions['buffer']> {
  const maxBytes = random.pick([65_536, 65_536, 131_072, 67_108_864, 4_294_967_296])
  const policies = ['block', 'dropOldest', 'dropNewest'] as const
  const policy = mode === undefined ? random.pick(policies) : random.pick(['spool', 'spool', ...policies])
  return random.chance(0.3) ? { maxBytes } : { maxBytes, onFull: policy }
}

function drawSpool(random: Random): NonNullable<SlotOptions['spool']> {
  return {
    mode: random.pick(['overflow', 'always']),
    fsync: random.pick(['interval', 'interval', 'always', 'never']),
    maxBytes: random.pick([1_073_741_824, 1_073_741_824, 1_048_576])
  }
}
