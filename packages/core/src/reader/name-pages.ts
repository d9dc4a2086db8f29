/**
 * Pages of names, of apps or streams, → all of them. Bounded as pages of partitions are: each has to bring something new, and there are at
 * most {@link MAX_PAGES}. A service that breaks that is no DIS.
 */
import type { Page } from './operator-answers.ts'
import { endless } from './partition-pages.ts'

const MAX_PAGES = 100

/** Asks for page after page. `ask` gets the name behind which a page begins, and undefined for the first one. */
export async function readAllPages<T>(
  what: string,
  ask: (after: string | undefined) => Promise<Page<T>>
): Promise<T[]> {
  const found: T[] = []
  const starts = new Set<string>()
  let after: string | undefined
  for (let pages = 1; ; pages++) {
    const { items, next } = await ask(after)
    found.push(...items)
    if (next === undefined) return found
    if (starts.has(next) || pages === MAX_PAGES) throw endless(`page ${pages} is not the last one`, what)
    starts.add(next)
    after = next
  }
}
