/** What networks do. */
import type { Mishap, NetworkFault } from '../world/network.ts'
import { type Nemesis, repeatedly, type Scene } from './nemesis.ts'

export const NETWORK_NEMESES: Readonly<Record<string, Nemesis>> = {
  /** Each way takes longer, up to some seconds, and some much longer than others. */
  latency: whole(({ plan, random, did }) => {
    const worstMs = 20 * 500 ** plan.force
    return {
      delayMs: () => {
        did()
        return worstMs * random.next() ** 3
      }
    }
  }),
  /** Answers drip, and come just before or after the time is over. */
  'slow answers': whole(({ random, did }) => ({
    delayMs: () => {
      if (!random.chance(0.3)) return 0
      did()
      return 28_000 * random.next()
    }
  })),
  'no connection': mishaps(['refused'], 1),
  'lost requests': mishaps(['reset-before'], 0.6),
  'lost answers': mishaps(['reset-after'], 0.6),
  'half-open connections': mishaps(['silent-before', 'silent-after'], 0.5),
  'cut answers': mishaps(['cut'], 0.6),
  'huge answers': mishaps(['huge'], 0.4),
  'wrong names and certificates': mishaps(['no-name', 'no-tls'], 0.9),
  /** The connection comes and goes. */
  flapping: {
    begin: (scene) => {
      const { world, plan, random, did } = scene
      let isUp = true
      const kind = random.pick(['refused', 'reset-before', 'reset-after', 'silent-after'])
      const end = repeatedly(scene, 50 * 100 ** plan.force, () => {
        isUp = !isUp
      })
      const mend = add<NetworkFault>(world.network.faults, {
        mishap: () => {
          if (isUp) return undefined
          did()
          return kind
        }
      })
      return () => {
        end()
        mend()
      }
    }
  },
  'bad network': mishaps(
    ['refused', 'reset-before', 'reset-after', 'silent-before', 'silent-after', 'cut'],
    0.9
  ),
  /** One process alone has no network. */
  partition: {
    target: 'slot',
    begin: ({ world, plan, did }) => {
      const mishap = plan.force < 0.5 ? 'refused' : 'silent-before'
      return add<NetworkFault>(world.network.faults, {
        mishap: ({ slot }) => {
          if (slot.name !== plan.target) return undefined
          did()
          return mishap
        }
      })
    }
  }
}

function mishaps(kinds: readonly [Mishap, ...Mishap[]], most: number): Nemesis {
  return whole(({ plan, random, did }) => {
    const probability = most * (0.2 + 0.8 * plan.force)
    return {
      mishap: () => {
        if (!random.chance(probability)) return undefined
        did()
        return random.pick(kinds)
      }
    }
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
