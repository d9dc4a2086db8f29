/** What networks do. */
import type { Mishap, NetworkFault } from '../world/network.ts'
import type { Nemesis, Scene } from './nemesis.ts'

export const NETWORK_NEMESES: Readonly<Record<string, Nemesis>> = {
  /** Each way takes longer, up to some seconds, and some much longer than others. */
  latency: whole(({ plan, random }) => {
    const worstMs = 20 * 500 ** plan.force
    return { delayMs: () => worstMs * random.next() ** 3 }
  }),
  /** Answers drip, and come just before or after the time is over. */
  'slow answers': whole(({ random }) => ({
    delayMs: () => (random.chance(0.3) ? 28_000 * random.next() : 0)
  })),
  'no connection': mishaps(['refused'], 1),
  'lost requests': mishaps(['reset-before'], 0.6),
  'lost answers': mishaps(['reset-after'], 0.6),
  'half-open connections': mishaps(['silent-before', 'silent-after'], 0.5),
  'cut answers': mishaps(['cut'], 0.6),
  'bad network': mishaps(
    ['refused', 'reset-before', 'reset-after', 'silent-before', 'silent-after', 'cut'],
    0.9
  ),
  /** One process alone has no network. */
  partition: {
    target: 'slot',
    begin: ({ world, plan }) => {
      const mishap = plan.force < 0.5 ? 'refused' : 'silent-before'
      return add(world.network.faults, {
        mishap: ({ slot }) => (slot.name === plan.target ? mishap : undefined)
      })
    }
  }
}

function mishaps(kinds: readonly [Mishap, ...Mishap[]], most: number): Nemesis {
  return whole(({ plan, random }) => {
    const probability = most * (0.2 + 0.8 * plan.force)
    return { mishap: () => (random.chance(probability) ? random.pick(kinds) : undefined) }
  })
}

function whole(faultOf: (scene: Scene) => NetworkFault): Nemesis {
  return { begin: (scene) => add(scene.world.network.faults, faultOf(scene)) }
}

export function add<T>(set: Set<T>, value: T): () => void {
  set.add(value)
  return () => {
    set.delete(value)
  }
}
