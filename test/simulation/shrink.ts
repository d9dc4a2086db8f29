/**
 * Cuts a failing plan to a small one that fails in the same way: fewer nemeses (delta debugging), shorter windows, fewer processes,
 * fewer lines, plainer options. It works because no part of a plan shares its chance with another.
 *
 * Bounded by: a number of runs, and whatever else the caller says. At the bound: the smallest plan so far.
 */
import type { NemesisPlan, Plan, SlotPlan } from './plan.ts'
import { simulate } from './simulate.ts'

/** More runs find little. */
const MOST_RUNS = 1_000

/** To be called outside of microtasks. Gives back a plan that does not fail as it is. `isOver`: there is no more time. */
export function shrink(plan: Plan, isOver: () => boolean = () => false): Plan {
  const kind = kindOf(plan)
  if (kind === undefined) return plan
  let runs = 0
  let best = plan
  const tries = (smaller: Plan): boolean => {
    if (runs++ > MOST_RUNS || isOver() || kindOf(smaller) !== kind) return false
    best = smaller
    return true
  }
  for (let before: Plan | undefined; before !== best; ) {
    before = best
    withoutNemeses(() => best, tries)
    for (const slot of best.slots) tries(withoutSlot(best, slot))
    for (const nemesis of best.nemeses) shorten(() => best, nemesis.id, tries)
    for (const slot of best.slots) fewerLines(() => best, slot.name, tries)
    for (const slot of best.slots) simplerOptions(() => best, slot.name, tries)
    for (const slot of best.slots) plainerSlot(() => best, slot.name, tries)
    shorterRun(() => best, tries)
    withoutStreams(best, tries)
  }
  return best
}

function kindOf(plan: Plan): string | undefined {
  return simulate(plan).violations[0]?.kind
}

type Tries = (smaller: Plan) => boolean

/** Takes away halves, quarters …, single ones. */
function withoutNemeses(best: () => Plan, tries: Tries): void {
  for (
    let size = Math.ceil(best().nemeses.length / 2);
    size >= 1;
    size = size === 1 ? 0 : Math.ceil(size / 2)
  ) {
    for (let from = 0; from < best().nemeses.length; ) {
      const { nemeses } = best()
      const rest = [...nemeses.slice(0, from), ...nemeses.slice(from + size)]
      if (!tries({ ...best(), nemeses: rest })) from += size
    }
  }
}

function withoutSlot(plan: Plan, gone: SlotPlan): Plan {
  const slots = plan.slots.filter(({ name }) => name !== gone.name)
  const folders = new Set(slots.map(({ folder }) => folder))
  const isAbout = (target: string | undefined) =>
    target !== undefined && target !== gone.name && (target !== gone.folder || folders.has(target))
  return {
    ...plan,
    slots,
    nemeses: plan.nemeses.filter(({ target }) => target === undefined || isAbout(target))
  }
}

function shorten(best: () => Plan, id: string, tries: Tries): void {
  for (;;) {
    const nemesis = best().nemeses.find((each) => each.id === id)
    if (nemesis === undefined || nemesis.untilMs - nemesis.fromMs < 50) return
    const half = nemesis.fromMs + Math.floor((nemesis.untilMs - nemesis.fromMs) / 2)
    const isShorter =
      tries(withNemesis(best(), { ...nemesis, untilMs: half })) ||
      tries(withNemesis(best(), { ...nemesis, fromMs: half }))
    if (!isShorter) return
  }
}

function withNemesis(plan: Plan, changed: NemesisPlan): Plan {
  return { ...plan, nemeses: plan.nemeses.map((each) => (each.id === changed.id ? changed : each)) }
}

function fewerLines(best: () => Plan, name: string, tries: Tries): void {
  for (;;) {
    const slot = best().slots.find((each) => each.name === name)
    if (slot === undefined || slot.writer.lines < 2) return
    const { lines, burst } = slot.writer
    const fewer = [Math.floor(lines / 2), lines - Math.max(1, Math.floor(lines / 8)), lines - 1]
    const isSmaller = fewer.some((count) => {
      return tries(
        withSlot(best(), { ...slot, writer: { ...slot.writer, lines: count, burst: Math.min(burst, count) } })
      )
    })
    if (!isSmaller) return
  }
}

/** Options that are not needed for the failure get their defaults. */
function simplerOptions(best: () => Plan, name: string, tries: Tries): void {
  for (const option of [
    'signing',
    'wire',
    'stats',
    'deadLetter',
    'concurrency',
    'batch',
    'retry',
    'aggregate',
    'ordered'
  ] as const) {
    const slot = best().slots.find((each) => each.name === name)
    if (slot === undefined) return
    const { [option]: given, ...options } = slot.options
    if (given === undefined || given === false) continue
    tries(withSlot(best(), { ...slot, options: { deadLetter: false, ...options } }))
  }
}

function withSlot(plan: Plan, changed: SlotPlan): Plan {
  return { ...plan, slots: plan.slots.map((each) => (each.name === changed.name ? changed : each)) }
}

/** Each of these is tried by itself; what is so already is left alone. */
function plainerSlot(best: () => Plan, name: string, tries: Tries): void {
  const changes: ((slot: SlotPlan) => SlotPlan)[] = [
    (slot) => ({ ...slot, credentials: 'token' }),
    (slot) => ({ ...slot, machine: 'host-1' }),
    (slot) => withWriter(slot, { keys: 'one' }),
    (slot) => withWriter(slot, { bytes: 60 }),
    (slot) => withWriter(slot, { burst: 1 }),
    (slot) => withWriter(slot, { waits: true }),
    (slot) => withWriter(slot, { restartMs: 100 })
  ]
  for (const change of changes) {
    const slot = best().slots.find((each) => each.name === name)
    if (slot === undefined) return
    const plainer = change(slot)
    if (JSON.stringify(plainer) !== JSON.stringify(slot)) tries(withSlot(best(), plainer))
  }
}

function withWriter(slot: SlotPlan, change: Partial<SlotPlan['writer']>): SlotPlan {
  return { ...slot, writer: { ...slot.writer, ...change } }
}

/** Everything heals earlier. */
function shorterRun(best: () => Plan, tries: Tries): void {
  for (;;) {
    const { faultyMs, nemeses } = best()
    const last = Math.max(0, ...nemeses.map(({ untilMs }) => untilMs))
    const half = Math.max(Math.ceil(faultyMs / 2), last)
    if (half >= faultyMs || !tries({ ...best(), faultyMs: half })) return
  }
}

function withoutStreams(plan: Plan, tries: Tries): void {
  const used = new Set(plan.slots.map(({ options }) => options.streamName))
  const streams = plan.streams.filter(({ name }) => used.has(name))
  const nemeses = plan.nemeses.filter(
    ({ target }) => target === undefined || used.has(target) || !isStream(plan, target)
  )
  if (streams.length < plan.streams.length) tries({ ...plan, streams, nemeses })
}

function isStream({ streams }: Plan, name: string): boolean {
  return streams.some((stream) => stream.name === name)
}
