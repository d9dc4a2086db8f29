/**
 * `pnpm simulate`: seeds over all cores, and the smallest story of each kind of failure. CONTRIBUTING.md says how to use it.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { bundle } from './bundle.mjs'
import { runMutations } from './mutate.mjs'
import { Thread } from './thread.mjs'

const HELP = `Usage: pnpm simulate [options]

  --seeds N      how many seeds to run (default 500)
  --from S       the first seed (default: from the time)
  --minutes M    run seeds for M minutes instead
  --replay S     run one seed, or the plan in a file, and tell its story
  --shrink S     cut a failing seed to a small plan, tell its story and keep the plan in test/simulation/found
  --mutations    after how many seeds (at most N, default 2000) is each fault of mutations.mjs found?
  --coverage     how often each nemesis was drawn, and did something
  --workers N    threads (default: all cores)
  --help

A failing seed is shrunk and told. The exit status is 1 if any seed failed.
`
/** Seeds of one task: small enough that all threads end together. */
const SEEDS_AT_ONCE = 20

const folder = fileURLToPath(new URL('.', import.meta.url))

/** A whole number that an option holds, or an error that the user can understand. */
function numberOf(name, text, fallback) {
  if (text === undefined) return fallback
  if (!/^\d{1,15}$/.test(text)) fail(`--${name} takes a whole number; '${text}' is none`)
  return Number(text)
}

function fail(message) {
  process.stderr.write(`${message}\n`)
  process.exit(2)
}

function options() {
  try {
    const { values } = parseArgs({
      options: {
        seeds: { type: 'string' },
        from: { type: 'string' },
        minutes: { type: 'string' },
        replay: { type: 'string' },
        shrink: { type: 'string' },
        mutations: { type: 'boolean', default: false },
        workers: { type: 'string' },
        coverage: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false }
      }
    })
    return values
  } catch (error) {
    return fail(`${error.message}\n\n${HELP}`)
  }
}

async function runSeeds(threads, from, count, untilMs) {
  const begun = performance.now()
  const sum = { seeds: 0, lines: 0, steps: 0, attempts: 0, virtualMs: 0, failed: [], coverage: {} }
  let next = from
  await Promise.all(
    threads.map(async (thread) => {
      while (next < from + count && performance.now() - begun < untilMs) {
        const task = { do: 'seeds', from: next, count: Math.min(SEEDS_AT_ONCE, from + count - next) }
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

function keep({ plan, result }) {
  mkdirSync(`${folder}found`, { recursive: true })
  const file = `${folder}found/${plan.seed}.json`
  const found = {
    found: result.violations[0]?.kind ?? 'nothing',
    node: process.version,
    hash: result.hash,
    steps: result.steps,
    plan
  }
  writeFileSync(file, `${JSON.stringify(found, undefined, 2)}\n`)
  process.stdout.write(`kept as ${file}\n`)
}

function replayOf(text) {
  if (/^\d+$/.test(text)) return { task: { do: 'plan', seed: text } }
  if (!existsSync(text)) fail(`--replay takes a seed, or a file with a plan; '${text}' is neither`)
  const kept = JSON.parse(readFileSync(text, 'utf8'))
  if (kept.plan?.slots === undefined) fail(`'${text}' holds no plan`)
  return { task: { do: 'replay', plan: kept.plan }, hash: kept.hash, steps: kept.steps, node: kept.node }
}

async function main() {
  const { seeds, from, minutes, replay, shrink, mutations, workers, coverage, help } = options()
  if (help) {
    process.stdout.write(HELP)
    return 0
  }
  const count = numberOf('seeds', seeds, minutes === undefined ? 500 : Number.MAX_SAFE_INTEGER / 2)
  const first = numberOf('from', from, Math.floor(Date.now() / 1_000) * 1_000)
  const untilMs = numberOf('minutes', minutes, Number.MAX_SAFE_INTEGER / 60_000) * 60_000
  const size = numberOf('workers', workers, availableParallelism())
  if (shrink !== undefined) numberOf('shrink', shrink)
  const wanted = replay === undefined ? undefined : replayOf(replay)
  if (mutations) return runMutations({ from: first, most: seeds === undefined ? 2_000 : count, size })
  const file = await bundle()
  const threads = Array.from({ length: wanted || shrink ? 1 : size }, () => new Thread(file))
  const [thread] = threads
  try {
    if (wanted !== undefined) {
      const { story, result } = await thread.run(wanted.task)
      process.stdout.write(`${story}\n`)
      if (wanted.hash !== undefined && wanted.hash !== result.hash) {
        process.stdout.write(
          `The history differs from the kept one (${wanted.hash} after ${wanted.steps} steps, with Node ${wanted.node}): the code is another one.\n`
        )
      }
      return result.violations.length === 0 ? 0 : 1
    }
    if (shrink !== undefined) {
      const small = await thread.run({ do: 'shrink', seed: Number(shrink) })
      process.stdout.write(`${small.story}\n`)
      keep(small)
      return 0
    }
    const { failed, coverage: covered } = await runSeeds(threads, first, count, untilMs)
    if (coverage) process.stdout.write(coverageText(covered))
    const kinds = new Map(failed.toReversed().map((failure) => [failure.kind, failure]))
    for (const { seed } of kinds.values()) {
      const small = await thread.run({ do: 'shrink', seed })
      process.stdout.write(`\n${small.story}\n`)
      keep(small)
    }
    return failed.length === 0 ? 0 : 1
  } finally {
    await Promise.all(threads.map((each) => each.stop()))
  }
}

process.exitCode = await main()
