/** `pnpm simulate --mutations`: which fault does the judge find, and after how many seeds? */
import { bundle } from './bundle.mjs'
import { MUTATIONS } from './mutations.mjs'
import { Thread } from './thread.mjs'

const SEEDS_AT_ONCE = 5

/**
 * Runs seeds on each mutation until one fails. Returns the exit status: 1 if a fault was not found.
 * @param {{ from: number, most: number, size: number, only?: string }} how `size`: threads; `only`: this mutation
 */
export async function runMutations({ from, most, size, only }) {
  const chosen = MUTATIONS.filter(({ name }) => only === undefined || name === only)
  const rest = chosen.entries()
  process.stdout.write('| fault | file | found |\n| --- | --- | --- |\n')
  let missed = 0
  await Promise.all(
    Array.from({ length: size }, async () => {
      for (const [index, mutation] of rest) {
        const { seed, kind } = await find(mutation, index, from, most)
        if (seed === undefined) missed++
        const found =
          seed === undefined
            ? `NOT FOUND in ${most} seeds`
            : `${kind}, seed ${seed}, the ${seed - from + 1}th`
        process.stdout.write(`| ${mutation.name} | ${mutation.file} | ${found} |\n`)
      }
    })
  )
  process.stdout.write(`${chosen.length - missed} of ${chosen.length} faults found\n`)
  return missed === 0 ? 0 : 1
}

async function find(mutation, index, from, most) {
  const thread = new Thread(await bundle({ name: `mutant-${index}`, mutation }))
  try {
    for (let next = from; next < from + most; next += SEEDS_AT_ONCE) {
      const { failed } = await thread.run({ do: 'seeds', from: next, count: SEEDS_AT_ONCE })
      if (failed[0] !== undefined) return failed[0]
    }
    return {}
  } catch (error) {
    return { seed: from, kind: error.message.split('\n')[0] }
  } finally {
    await thread.stop()
  }
}
