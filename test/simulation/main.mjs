/**
 * `pnpm simulate`: seeds over all cores, and the smallest story of each kind of failure. CONTRIBUTING.md says how to use it.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundle, versionOf } from './bundle.mjs'
import { BadInput, checkChoice, checkPlan, HELP, readGiven } from './given.mjs'
import { runMutations } from './mutate.mjs'
import { BrokenThread, Thread } from './thread.mjs'

/** Seeds of one task: small enough that all threads end together. */
const SEEDS_AT_ONCE = 20

const folder = fileURLToPath(new URL('.', import.meta.url))

async function runSeeds(threads, { first: from, count, untilMs, choice }) {
  const begun = performance.now()
  const sum = { seeds: 0, lines: 0, steps: 0, attempts: 0, virtualMs: 0, failed: [], coverage: {} }
  let next = from
  await Promise.all(
    threads.map(async (thread) => {
      while (next < from + count && performance.now() - begun < untilMs) {
        const task = {
          do: 'seeds',
          from: next,
          count: Math.min(SEEDS_AT_ONCE, from + count - next),
          ...choice
        }
        next += task.count
        const done = await thread.run(task)
        sum.seeds += task.count
        for (const name of ['lines', 'steps', 'attempts', 'virtualMs']) sum[name] += done[name]
        addCoverage(sum.coverage, done.coverage)
        for (const failure of done.failed) {
          process.stdout.write(
            `seed ${failure.seed} fails: ${failure.kind}: ${failure.text.split('\n').slice(0, 4).join(' ')}\n`
          )
          sum.failed.push(failure)
        }
      }
    })
  )
  const seconds = (performance.now() - begun) / 1_000
  process.stdout.write(
    `${sum.seeds} seeds from ${from} in ${seconds.toFixed(1)} s (${(sum.seeds / seconds).toFixed(1)} seeds/s): ` +
      `${sum.lines} lines, ${sum.attempts} requests, ${sum.steps} steps, ${(sum.virtualMs / 3_600_000).toFixed(1)} h of virtual time, ` +
      `${sum.failed.length} failed\n`
  )
  return sum
}

function addCoverage(all, part) {
  for (const [name, { drawn, effective, times }] of Object.entries(part)) {
    const sum = all[name] ?? { drawn: 0, effective: 0, times: 0 }
    all[name] = {
      drawn: sum.drawn + drawn,
      effective: sum.effective + effective,
      times: sum.times + times
    }
  }
}

/** A nemesis that never does anything proves nothing. */
function coverageText(coverage) {
  const rows = Object.entries(coverage).sort(([one], [other]) => one.localeCompare(other, 'en'))
  const lines = rows.map(([name, { drawn, effective, times }]) => {
    return `${name.padEnd(36)} drawn in ${String(drawn).padStart(6)} runs, at work in ${String(effective).padStart(6)}, ${String(times).padStart(8)} times`
  })
  return `${lines.join('\n')}\n`
}

function keep({ plan, result }, version) {
  mkdirSync(`${folder}found`, { recursive: true })
  const file = `${folder}found/${plan.seed}.json`
  const { hash, steps, chain } = result
  const found = {
    found: result.violations[0]?.kind ?? 'nothing',
    node: process.version,
    version,
    hash,
    steps,
    chain,
    plan
  }
  writeFileSync(file, `${JSON.stringify(found, undefined, 2)}\n`)
  process.stdout.write(
    `kept as ${file}\nreplay it:         pnpm simulate --replay ${relative(process.cwd(), file)}\n` +
      `keep it as a test: mv ${relative(process.cwd(), file)} test/simulation/kept/<what it shows>.json\n`
  )
}

/** Writes the history of a kept plan, as this version gives it, into its file. */
async function keepAgain(thread, { task, kept, file }, version) {
  const { result } = await thread.run(task)
  const { hash, steps, chain } = result
  const { plan, ...told } = kept
  const whole = { ...told, node: process.version, version, hash, steps, chain, plan }
  writeFileSync(file, `${JSON.stringify(whole, undefined, 2)}\n`)
  process.stdout.write(`${file} has the history of version ${version} now: ${steps} steps, hash ${hash}\n`)
  return result.violations.length === 0 ? 0 : 1
}

/** Runs one plan and tells its story. Another version of the sources may do something else: then it says from which step on. */
async function replay(thread, { task, kept }, version) {
  const { story, result, parting } = await thread.run(task)
  process.stdout.write(`${story}\n`)
  process.stdout.write(
    `seed ${task.seed ?? task.plan.seed}, version ${version}, Node ${process.version}: ${result.steps} steps, hash ${result.hash}\n`
  )
  if (kept?.hash !== undefined && kept.hash !== result.hash) {
    process.stdout.write(
      `The history differs from the kept one ${placeOf(parting, kept, result)}. It was kept with version ${kept.version ?? 'unknown'}, ` +
        `Node ${kept.node}: ${kept.steps} steps, hash ${kept.hash}. To see that history, check out its commit.\n`
    )
  }
  return result.violations.length === 0 ? 0 : 1
}

function placeOf(parting, kept, result) {
  if (parting === undefined)
    return kept.chain === undefined
      ? 'at a step that was not kept'
      : `after step ${Math.min(kept.steps, result.steps)}`
  const { from, to, here } = parting
  const place = to - from === 1 ? `at step ${to}` : `between step ${from} and step ${to}`
  return here === '' ? place : `${place} (here: ${here})`
}

async function main() {
  const given = readGiven(process.argv.slice(2))
  if (given.kind === 'help') {
    process.stdout.write(HELP)
    return 0
  }
  const {
    count,
    first,
    untilMs,
    workers,
    mutations,
    mutation,
    wanted,
    again,
    shrink,
    shrinkSeconds,
    choice
  } = given
  if (mutations)
    return runMutations({ from: first, most: given.isCounted ? count : 2_000, size: workers, only: mutation })
  const file = await bundle()
  const version = versionOf(file)
  const threads = Array.from({ length: wanted || shrink !== undefined ? 1 : workers }, () => new Thread(file))
  const [thread] = threads
  try {
    const names = await thread.run({ do: 'names' })
    checkChoice(choice, names)
    if (wanted?.kept !== undefined) checkPlan(wanted, names)
    if (wanted !== undefined && again) return await keepAgain(thread, wanted, version)
    if (wanted !== undefined)
      return await replay(thread, { ...wanted, task: { ...wanted.task, ...choice } }, version)
    if (shrink !== undefined) {
      const small = await thread.run({ do: 'shrink', seed: shrink, seconds: shrinkSeconds, ...choice })
      process.stdout.write(`${small.story}\n`)
      if (small.result.violations.length === 0) return 0
      keep(small, version)
      return 1
    }
    const { failed, coverage } = await runSeeds(threads, { first, count, untilMs, choice })
    if (given.coverage) process.stdout.write(coverageText(coverage))
    const kinds = new Map(failed.toReversed().map((failure) => [failure.kind, failure]))
    for (const { seed } of kinds.values()) {
      const small = await thread.run({ do: 'shrink', seed, seconds: shrinkSeconds, ...choice })
      process.stdout.write(`\n${small.story}\n`)
      keep(small, version)
    }
    return failed.length === 0 ? 0 : 1
  } finally {
    await Promise.all(threads.map((each) => each.stop()))
  }
}

try {
  process.exitCode = await main()
} catch (error) {
  if (!(error instanceof BadInput || error instanceof BrokenThread)) throw error
  const isBroken = error instanceof BrokenThread
  process.stderr.write(`${isBroken ? 'A thread broke, so nothing is known: ' : ''}${error.message}\n`)
  process.exitCode = isBroken ? 3 : 2
}
