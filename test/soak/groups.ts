/** Lines of one folder are sent by whoever owns it, so its writers are judged together. */
import type { Plan } from './draw.ts'

/** What is known of a writer before its first line. */
export interface WriterFacts {
  readonly name: string
  readonly stream: string
  /** Writers of one folder send each other's lines, so they are judged together. */
  readonly group: string
  /** Whether the order of each key is promised, also over its lives where they share keys. */
  readonly isOrdered: boolean
  /** Whether its lines carry ids. */
  readonly hasIds: boolean
}

export function groupOf({ name, spool }: Plan): string {
  return spool === 'shared' ? 'shared folder' : name
}

/** Writers by their group. */
export function groupsOf<Writer extends { readonly group: string }>(
  writers: readonly Writer[]
): Map<string, Writer[]> {
  const groups = new Map<string, Writer[]>()
  for (const writer of writers) {
    const group = groups.get(writer.group)
    if (group === undefined) groups.set(writer.group, [writer])
    else group.push(writer)
  }
  return groups
}

/** What the judge knows of an application before its first line. */
export function factsOf(plan: Plan): WriterFacts {
  const { name, stream, isOrdered, keyMode, hasIds } = plan
  // A key that comes once has no order, and a million of them would be remembered.
  return { name, stream, isOrdered: isOrdered && keyMode !== 'unique', hasIds, group: groupOf(plan) }
}
