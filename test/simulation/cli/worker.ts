/** A thread of `pnpm simulate`: runs seeds, or one plan with its story. */
import { parentPort } from 'node:worker_threads'
import { drawPlan } from '../draw.ts'
import { type KeptChain, type Parting, partingOf } from '../judge/chain.ts'
import { outsideOfMicrotasks } from '../kernel/timeline.ts'
import { NEMESES } from '../nemeses/index.ts'
import type { Plan } from '../plan.ts'
import { shrink } from '../shrink.ts'
import { type Result, simulate } from '../simulate.ts'
import { tell } from '../story.ts'

/** What the main thread asks for. */
export type Task =
  | ({ readonly do: 'seeds'; readonly from: number; readonly count: number } & Choice)
  | ({ readonly do: 'shrink'; readonly seed: number | string; readonly seconds: number } & Choice)
  | ({ readonly do: 'replay'; readonly plan: Plan; readonly chain?: KeptChain } & Choice)
  | ({ readonly do: 'plan'; readonly seed: number | string } & Choice)
  | { readonly do: 'names' }

/** Which nemeses there may be; all, by default. */
export interface Choice {
  readonly only?: readonly string[]
  readonly without?: readonly string[]
}

export interface SeedsDone {
  readonly failed: readonly { readonly seed: number; readonly kind: string; readonly text: string }[]
  readonly lines: number
  readonly steps: number
  readonly attempts: number
  readonly virtualMs: number
  readonly coverage: Coverage
}

/** Of each nemesis: in how many runs it was drawn, in how many it did something, and how often in all. */
export type Coverage = Record<string, { drawn: number; effective: number; times: number }>

async function run(task: Task): Promise<unknown> {
  switch (task.do) {
    case 'names':
      return Object.keys(NEMESES)
    case 'seeds':
      return outsideOfMicrotasks(() => runSeeds(task.from, task.count, isWantedBy(task)))
    case 'shrink':
      return outsideOfMicrotasks(() => {
        const until = performance.now() + task.seconds * 1_000
        const plan = shrink(drawPlan(task.seed, isWantedBy(task)), () => {
          isAlive()
          return performance.now() > until
        })
        return { plan, ...told(plan) }
      })
    case 'replay':
      return outsideOfMicrotasks(() => {
        const isWanted = isWantedBy(task)
        const plan = { ...task.plan, nemeses: task.plan.nemeses.filter(({ name }) => isWanted(name)) }
        return { plan, ...told(plan, task.chain) }
      })
    case 'plan':
      return outsideOfMicrotasks(() => {
        const plan = drawPlan(task.seed, isWantedBy(task))
        return { plan, ...told(plan) }
      })
    default: {
      const never: never = task
      return never
    }
  }
}

function isWantedBy({ only, without = [] }: Choice): (nemesis: string) => boolean {
  return (nemesis) => (only === undefined || only.includes(nemesis)) && !without.includes(nemesis)
}

/** Told after each run: who hears nothing for long takes the thread for hung. */
function isAlive(): void {
  parentPort?.postMessage({ isAlive: true })
}

function runSeeds(from: number, count: number, isWanted: (nemesis: string) => boolean): SeedsDone {
  const failed: { seed: number; kind: string; text: string }[] = []
  const coverage: Coverage = {}
  const sum = { lines: 0, steps: 0, attempts: 0, virtualMs: 0 }
  for (let seed = from; seed < from + count; seed++) {
    const plan = drawPlan(seed, isWanted)
    const result = simulate(plan)
    isAlive()
    cover(coverage, plan, result)
    const [first] = result.violations
    if (first !== undefined) failed.push({ seed, kind: first.kind, text: first.text })
    sum.lines += result.lines
    sum.steps += result.steps
    sum.attempts += result.attempts
    sum.virtualMs += result.virtualMs
  }
  return { failed, coverage, ...sum }
}

function cover(coverage: Coverage, { nemeses }: Plan, { effects }: Result): void {
  for (const name of new Set(nemeses.map(({ name }) => name))) {
    const sum = coverage[name] ?? { drawn: 0, effective: 0, times: 0 }
    coverage[name] = sum
    const times = effects[name] ?? 0
    sum.drawn++
    if (times > 0) sum.effective++
    sum.times += times
  }
}

interface Told {
  readonly result: Omit<Result, 'story'>
  readonly story: string
  /** Where the run leaves the one of a kept chain, and what it does there. */
  readonly parting: (Parting & { readonly here: string }) | undefined
}

function told(plan: Plan, kept?: KeptChain): Told {
  const run = simulate(plan, { isTold: true })
  const { story = [], ...result } = run
  const parting = kept === undefined ? undefined : partingOf(kept, result.chain)
  if (parting === undefined) return { result, story: tell(plan, run), parting }
  const there = story.filter(({ step }) => step >= parting.from && step <= parting.to).slice(0, 3)
  const here = there.map(({ who, what }) => `${who} ${what}`.slice(0, 160)).join('; ')
  return { result, story: tell(plan, run), parting: { ...parting, here } }
}

parentPort?.on('message', (task: Task) => {
  run(task).then(
    (done) => parentPort?.postMessage({ done }),
    (error: unknown) =>
      parentPort?.postMessage({ error: error instanceof Error ? error.stack : String(error) })
  )
})
