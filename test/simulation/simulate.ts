/** One run: plan → history. Time, chance, network and disk are stand-ins, so the same plan gives the same history. */

import type { KeptChain } from './judge/chain.ts'
import type { Happening, Violation } from './judge/history.ts'
import { checkEmpty } from './judge/memory.ts'
import { timeLimitMs } from './judge/time-limit.ts'
import { hasUnaccounted, judgeLosses, judgeRefusals } from './judge/verdict.ts'
import { guarded } from './kernel/guard.ts'
import { hearingUncaught } from './kernel/uncaught.ts'
import { beginNemeses } from './nemeses/index.ts'
import type { Plan, SlotPlan } from './plan.ts'
import type { Life } from './world/life.ts'
import { World } from './world/world.ts'

export interface Result {
  readonly violations: readonly Violation[]
  readonly hash: string
  readonly chain: KeptChain
  readonly steps: number
  readonly lines: number
  readonly attempts: number
  readonly virtualMs: number
  /** How often each nemesis did something. */
  readonly effects: Readonly<Record<string, number>>
  readonly story: readonly Happening[] | undefined
}

export interface RunOptions {
  /** Whether the result has a story. */
  readonly isTold?: boolean
}

/** To be called outside of microtasks: see `outsideOfMicrotasks`. */
export function simulate(plan: Plan, { isTold = false }: RunOptions = {}): Result {
  return guarded(() => {
    const world = new World(plan, isTold)
    const { history, timeline } = world
    const heard = (kind: string, error: unknown) => history.violated(kind, timeline.now, textOf(error))
    try {
      hearingUncaught(heard, () => run(world))
    } catch (error) {
      history.violated('exception', timeline.now, textOf(error))
    }
    return {
      violations: history.violations,
      hash: history.hash,
      chain: history.chain,
      steps: timeline.steps,
      lines: history.lines.length,
      attempts: history.attempts,
      virtualMs: timeline.now,
      effects: world.effects.counts,
      story: history.story
    }
  })
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

function run(world: World): void {
  const { plan, timeline, history } = world
  const isBroken = () => history.violations.length > 0
  for (const slot of world.slots.values()) timeline.after(0, () => world.start(slot))
  const heal = beginNemeses(world)
  timeline.run(plan.faultyMs, isBroken)
  if (isBroken()) return
  history.note(timeline.now, 'world', 'heals')
  heal()
  // Nobody dies any more of what was planned before.
  for (const { life } of world.slots.values()) life?.dieAfter(Number.POSITIVE_INFINITY, () => {})
  for (const slot of world.slots.values()) timeline.after(0, () => world.start(slot))
  drain(world, isBroken)
  if (isBroken()) return
  end(world, isBroken)
  if (isBroken()) return
  judgeLosses(history, timeline.now)
  judgeRefusals(history, timeline.now)
}

const SLICE_MS = 1_000
/** Steps of a process in a second in which it has nothing to do. */
const MOST_IDLE_STEPS = 200

/** All must drain within a bounded time: waits for refused keys and for silent owners of another machine are the longest. */
function drain(world: World, isBroken: () => boolean): void {
  const { timeline, history } = world
  const until = timeline.now + longestMs(world)
  while (timeline.now < until && !isBroken()) {
    const before = { steps: timeline.steps, attempts: history.attempts, lines: history.lines.length }
    timeline.run(timeline.now + SLICE_MS, isBroken)
    const isIdle = history.attempts === before.attempts && history.lines.length === before.lines
    if (isIdle && timeline.steps - before.steps > MOST_IDLE_STEPS * world.slots.size) {
      history.violated(
        'busy',
        timeline.now,
        `${timeline.steps - before.steps} steps in a second without a request or a line`
      )
    }
    const slots = [...world.slots.values()]
    // What a new process finds on disk, it has to read first.
    const isNew = slots.some(({ life }) => life === undefined)
    for (const slot of slots) if (slot.life === undefined) world.start(slot)
    const isDrained = slots.every(
      ({ writer, life }) => writer.left === 0 && life !== undefined && isEmpty(life)
    )
    if (isDrained && !isNew && !hasUnaccounted(history)) {
      judgeEmpty(world)
      return
    }
  }
  if (isBroken()) return
  for (const { writer, life, plan } of world.slots.values()) {
    if (life === undefined) history.violated('liveness', timeline.now, `${plan.name} does not start`)
    else if (writer.left > 0) {
      const why = writer.isWaiting ? 'it waits for drain' : 'it still writes'
      history.violated(
        'liveness',
        timeline.now,
        `${life.record.name} has ${writer.left} lines to write: ${why}`
      )
    } else if (!isEmpty(life)) {
      const { pending, spooled } = life.inside.totals()
      const text = `${life.record.name} holds ${pending} lines and has ${spooled} on disk, long after all was well`
      history.violated('liveness', timeline.now, text)
    }
  }
}

/** Nothing is left of what was there. */
function judgeEmpty({ slots, history, timeline }: World): void {
  const keys = [...new Set(history.lines.map(({ key }) => key))].map((key) => key.length)
  for (const { life } of slots.values()) {
    if (life === undefined || life.isOver) continue
    checkEmpty(life, keys, (kind, text) =>
      history.violated(kind, timeline.now, `${life.record.name}: ${text}`)
    )
  }
}

function isEmpty({ inside, record }: Life): boolean {
  const { pending, spooled } = inside.totals()
  // Lines of a part that another process has taken stay in the count of those on disk.
  return pending === 0 && (spooled === 0 || record.mayBeTaken)
}

function longestMs({ plan, slots, history }: World): number {
  const heldBytes = new Map<SlotPlan, number>()
  for (const { seen, life, text } of history.lines) {
    const { slot } = life
    if (seen.length === 0) heldBytes.set(slot, (heldBytes.get(slot) ?? 0) + Buffer.byteLength(text))
  }
  const rests = [...slots.values()].map(({ plan: slot, writer, life }) => {
    const { pending = 0, spooled = 0 } = life?.inside.totals() ?? {}
    // What a process left that is not running is in nobody's count.
    return {
      plan: slot,
      left: writer.left,
      held: life === undefined || slot.folder !== null ? slot.writer.lines : pending + spooled,
      heldBytes: heldBytes.get(slot) ?? 0
    }
  })
  return timeLimitMs(plan, rests)
}

/** Each process ends, in a way of its own; what is left then is judged. */
function end(world: World, isBroken: () => boolean): void {
  const { timeline, history } = world
  const random = world.random.fork('end')
  for (const { life, writer } of world.slots.values()) {
    writer.left = 0
    const way = random.next()
    if (life === undefined) continue
    timeline.after(
      0,
      () => {
        if (way < 0.6) life.close(undefined)
        else if (way < 0.8) life.endNaturally()
        else life.exit()
      },
      life.process
    )
  }
  timeline.run(timeline.now + 120_000, () => isBroken() || [...world.lives].length === 0)
  for (const life of world.lives) history.violated('no end', timeline.now, `${life.record.name} does not end`)
}
