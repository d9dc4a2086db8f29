/** Lines of one folder are sent by whoever owns it, so its writers are judged together. */
import type { Plan } from './draw.ts'

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
