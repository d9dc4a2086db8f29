/** All nemeses by name, and the schedule of those of a plan. */
import type { World } from '../world/world.ts'
import { APPLICATION_NEMESES } from './application.ts'
import { CLOCK_NEMESES } from './clock.ts'
import { CREDENTIAL_NEMESES } from './credentials.ts'
import { DISK_NEMESES } from './disk.ts'
import type { Nemesis } from './nemesis.ts'
import { NETWORK_NEMESES } from './network.ts'
import { PROCESS_NEMESES } from './process.ts'
import { SERVICE_NEMESES } from './service.ts'
import { STREAM_NEMESES } from './stream.ts'

/** Each kind is as likely as any other one, however many there are of it. */
export const NEMESES_BY_KIND: readonly Readonly<Record<string, Nemesis>>[] = [
  NETWORK_NEMESES,
  SERVICE_NEMESES,
  STREAM_NEMESES,
  CREDENTIAL_NEMESES,
  CLOCK_NEMESES,
  PROCESS_NEMESES,
  DISK_NEMESES,
  APPLICATION_NEMESES
]

export const NEMESES: Readonly<Record<string, Nemesis>> = Object.assign({}, ...NEMESES_BY_KIND)

/** Plans all nemeses. The returned function ends those that are at work. */
export function beginNemeses(world: World): () => void {
  const { timeline, history, plan } = world
  const ends = new Set<() => void>()
  for (const each of plan.nemeses) {
    const nemesis = NEMESES[each.name]
    if (nemesis === undefined) {
      throw new Error(`there is no nemesis '${each.name}'; there are: ${Object.keys(NEMESES).join(', ')}`)
    }
    const about = each.target === undefined ? '' : ` (${each.target})`
    timeline.after(each.fromMs, () => {
      history.note(timeline.now, 'nemesis', `${each.name}${about} begins, force ${each.force}`)
      const end = nemesis.begin({
        world,
        plan: each,
        random: world.random.fork(each.id),
        did: () => world.effects.did(each.name)
      })
      if (end === undefined) return
      const once = () => {
        if (!ends.delete(once)) return
        history.note(timeline.now, 'nemesis', `${each.name}${about} ends`)
        end()
      }
      ends.add(once)
      timeline.after(each.untilMs - each.fromMs, once)
    })
  }
  return () => {
    for (const end of [...ends]) end()
  }
}
