/** `pnpm simulate --mutations`: which fault does the judge find, and after how many seeds? */
import { bundle } from './bundle.mjs'
import { MUTATIONS } from './mutations.mjs'
import { Thread } from './thread.mjs'

const SEEDS_AT_ONCE = 5

/**
 * Runs seeds on each mutation until one fails that is clean without it. Returns the exit status: 1 if a fault was not found, or a seed
 * fails without any. A broken thread ends it all: what a fault does to a thread is no verdict.
 * @param {{ from: number, most: number, size: number, only?: string }} how `size`: threads; `only`: this mutation
 */
export async function runMutations({ from, most, size, only }) {
  const chosen = MUTATIONS.filter(({ name }) => only === undefined || name === only)
  const rest = chosen.entries()
  const threads = new Set()
  const threadOf = (file) => {
    const thread = new Thread(file)
    threads.add(thread)
    return thread
  }
  process.stdout.write('| fault | file | found |\n| --- | --- | --- |\n')
  const sum = { missed: 0, unclean: new Set() }
  try {
    const isClean = unchanged(threadOf(await bundle()))
    await Promise.all(
      Array.from({ length: size }, async () => {
        for (const [index, mutation] of rest) {
          const thread = threadOf(await bundle({ name: `mutant-${index}`, mutation }))
          const outcome = await find(thread, isClean, { from, most })
          await thread.stop()
          threads.delete(thread)
          if (outcome.seed === undefined) sum.missed++
          for (const seed of outcome.unclean) sum.unclean.add(seed)
          process.stdout.write(
            `| ${mutation.name} | ${mutation.file} | ${textOf(outcome, { from, most })} |\n`
          )
        }
      })
    )
  } finally {
    await Promise.all([...threads].map((thread) => thread.stop()))
  }
  process.stdout.write(`${chosen.length - sum.missed} of ${chosen.length} faults found\n`)
  if (sum.unclean.size > 0)
    process.stdout.write(`these seeds fail without any fault: ${[...sum.unclean].join(', ')}\n`)
  return sum.missed === 0 && sum.unclean.size === 0 ? 0 : 1
}

/** Says of a seed whether it is clean without a mutation. One thread does so for all, one seed after another. */
export function unchanged(thread) {
  const verdicts = new Map()
  let last = Promise.resolve()
  return (seed) => {
    const known = verdicts.get(seed)
    if (known !== undefined) return known
    last = last
      .then(() => thread.run({ do: 'seeds', from: seed, count: 1 }))
      .then(({ failed }) => failed.length === 0)
    verdicts.set(seed, last)
    return last
  }
}

/** The first seed that fails, and is clean without the mutation; `unclean` are those that are not. */
export async function find(thread, isClean, { from, most }) {
  const unclean = []
  for (let next = from; next < from + most; next += SEEDS_AT_ONCE) {
    const count = Math.min(SEEDS_AT_ONCE, from + most - next)
    const { failed } = await thread.run({ do: 'seeds', from: next, count })
    for (const failure of failed) {
      if (await isClean(failure.seed)) return { ...failure, unclean }
      unclean.push(failure.seed)
    }
  }
  return { unclean }
}

export function textOf({ seed, kind, unclean }, { from, most }) {
  const found =
    seed === undefined ? `NOT FOUND in ${most} seeds` : `${kind}, seed ${seed}, the ${seed - from + 1}th`
  if (unclean.length === 0) return found
  return `${found} (not counted, as they fail without the fault, too: ${unclean.join(', ')})`
}
