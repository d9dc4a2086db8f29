/** seed → plan. */
import { hashText, Random } from './kernel/random.ts'
import { NEMESES, NEMESES_BY_KIND } from './nemeses/index.ts'
import type { Nemesis } from './nemeses/nemesis.ts'
import { drawOptions } from './options.ts'
import type { NemesisPlan, Plan, SlotPlan, WriterPlan } from './plan.ts'
import type { StreamPlan } from './service/stream.ts'

const FOLDERS = ['spool-1', 'spool-2'] as const

/** `isWanted`: which nemeses may be drawn. */
export function drawPlan(seed: number | string, isWanted: (nemesis: string) => boolean = () => true): Plan {
  const random = new Random(`seed ${seed}`)
  const faultyMs = random.pick([5_000, 20_000, 60_000, 300_000])
  const streams = drawStreams(random.fork('streams'))
  const slots: SlotPlan[] = []
  const count = random.pick([1, 1, 2, 2, 3, 4])
  for (let index = 0; index < count; index++) {
    slots.push(drawSlot(random.fork(`slot ${index}`), `app-${index + 1}`, streams, faultyMs))
  }
  return {
    seed: String(seed),
    faultyMs,
    streams,
    slots,
    nemeses: drawNemeses(random.fork('nemeses'), faultyMs, streams, slots, isWanted)
  }
}

function drawStreams(random: Random): StreamPlan[] {
  const names = random.chance(0.25) ? ['logs', 'audit'] : ['logs']
  return names.map((name) => ({
    name,
    partitions: random.pick([1, 1, 2, 3, 5, 12]),
    // The real limits, and small ones that a few lines fill.
    recordsPerSecond: random.pick([1_000, 1_000, 200, 30]),
    bytesPerSecond: random.pick([1_000_000, 1_000_000, 60_000])
  }))
}

function drawSlot(random: Random, name: string, streams: readonly StreamPlan[], faultyMs: number): SlotPlan {
  const folder = random.chance(0.55) ? random.pick(FOLDERS) : null
  const stream = streams[random.int(0, streams.length - 1)]?.name ?? 'logs'
  return {
    name,
    machine: random.pick(['host-1', 'host-1', 'host-2']),
    folder,
    credentials: random.pick(['token', 'keys', 'function']),
    options: drawOptions(random.fork('options'), stream, folder !== null),
    writer: drawWriter(random.fork('writer'), faultyMs)
  }
}

function drawWriter(random: Random, faultyMs: number): WriterPlan {
  const lines = random.scale(10, 600)
  const burst = random.pick([1, 3, 10, 40, 200])
  return {
    lines,
    burst,
    pauseMs: Math.max(
      1,
      Math.min(faultyMs / 2, Math.round((faultyMs * random.between(0.2, 1.1) * burst) / lines))
    ),
    bytes: lines > 200 ? random.pick([60, 200]) : random.pick([60, 200, 200, 1_000, 5_000]),
    keys: random.pick(['one', 'few', 'few', 'many', 'unique', 'hot', 'none']),
    waits: random.chance(0.7),
    restartMs: random.pick([0, 100, 1_000, 5_000, 20_000]),
    together: random.chance(0.4)
  }
}

function drawNemeses(
  random: Random,
  faultyMs: number,
  streams: readonly StreamPlan[],
  slots: readonly SlotPlan[],
  isWanted: (nemesis: string) => boolean
): NemesisPlan[] {
  const kinds = NEMESES_BY_KIND.map((kind) => Object.keys(kind).filter(isWanted)).filter(
    (names) => names.length > 0
  )
  if (kinds.length === 0) return []
  const count = random.pick([0, 1, 2, 3, 4, 6, 8, 12])
  const plans: NemesisPlan[] = []
  for (let index = 0; index < count; index++) {
    const own = random.fork(index)
    const name = drawName(own, kinds[own.int(0, kinds.length - 1)] ?? [])
    const targets = targetsOf(NEMESES[name]?.target, streams, slots)
    if (targets.length === 0) continue
    const target = targets[own.int(0, targets.length - 1)]
    const fromMs = Math.floor(own.next() * faultyMs)
    const untilMs = Math.min(faultyMs, fromMs + own.scale(100, faultyMs))
    plans.push({
      name,
      id: `${index} ${name}`,
      fromMs,
      untilMs,
      ...(target === undefined ? {} : { target }),
      force: Number(own.next().toFixed(3))
    })
  }
  return plans
}

/** Each name draws a lot of its own, so a new name changes only the choices that it wins itself. */
function drawName(random: Random, names: readonly string[]): string {
  const salt = random.int(0, 2 ** 32 - 1)
  let best = ''
  let highest = -1
  for (const name of names) {
    const lot = hashText(name, salt)
    if (lot <= highest) continue
    best = name
    highest = lot
  }
  return best
}

/** All that a nemesis of this kind could be about; the one of the whole world is about nothing alone. */
export function targetsOf(
  kind: Nemesis['target'],
  streams: readonly StreamPlan[],
  slots: readonly SlotPlan[]
): readonly (string | undefined)[] {
  if (kind === undefined) return [undefined]
  if (kind === 'slot') return slots.map(({ name }) => name)
  if (kind === 'stream') return streams.map(({ name }) => name)
  return slots.flatMap(({ folder }) => folder ?? [])
}
