/** A thread of `pnpm simulate`: runs seeds, or one plan with its story. */
import { parentPort } from 'node:worker_threads'
import { drawPlan } from '../draw.ts'
import { outsideOfMicrotasks } from '../kernel/timeline.ts'
import type { Plan } from '../plan.ts'
import { shrink } from '../shrink.ts'
import { type Result, simulate } from '../simulate.ts'
import { tell } from '../story.ts'

/** What the main thread asks for. */
export type Task =
  | { readonly do: 'seeds'; readonly from: number; readonly count: number }
  | { readonly do: 'shrink'; readonly seed: number | string }
  | { readonly do: 'replay'; readonly plan: Plan }
  | { readonly do: 'plan'; readonly seed: number | string }

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
    case 'seeds':
      return outsideOfMicrotasks(() => runSeeds(task.from, task.count))
    case 'shrink':
      return outsideOfMicrotasks(() => {
        const plan = shrink(drawPlan(task.seed))
        return { plan, ...told(plan) }
      })
    case 'replay':
      return outsideOfMicrotasks(() => ({ plan: task.plan, ...told(task.plan) }))
    case 'plan':
      return outsideOfMicrotasks(() => ({ plan: drawPlan(task.seed), ...told(drawPlan(task.seed)) }))
    default: {
      const never: never = task
      return never
    }
  }
}

function runSeeds(from: number, count: number): SeedsDone {
  const failed: { seed: number; kind: string; text: string }[] = []
  const coverage: Coverage = {}
  const sum = { lines: 0, steps: 0, attempts: 0, virtualMs: 0 }
  for (let seed = from; seed < from + count; seed++) {
    const plan = drawPlan(seed)
    const result = simulate(plan)
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

function told(plan: Plan): { readonly result: Omit<Result, 'story'>; readonly story: string } {
  const { story: _, ...result } = simulate(plan)
  return { result, story: tell(plan, simulate(plan, { isTold: true })) }
}

parentPort?.on('message', (task: Task) => {
  run(task).then(
    (done) => parentPort?.postMessage({ done }),
    (error: unknown) =>
      parentPort?.postMessage({ error: error instanceof Error ? error.stack : String(error) })
  )
})
