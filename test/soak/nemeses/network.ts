/** Faults of the network between one application and the service. */

import type { Chance } from '../chance.ts'
import type { Weather } from '../tcp-proxy.ts'
import { drawMs, drawTarget, isInStorm, type Nemesis, type Target } from './nemesis.ts'

interface Fault {
  readonly what: string
  begin(target: Target): Promise<void> | void
  end(target: Target): Promise<void> | void
}

function network(name: Nemesis['name'], draw: (chance: Chance) => Fault): Nemesis {
  return {
    name,
    area: 'network',
    draw(world, chance) {
      const fault = draw(chance)
      const ms = drawMs(chance)
      const target = drawTarget(world, chance, isInStorm)
      if (target === undefined) return undefined
      return {
        who: target.application.plan.name,
        what: fault.what,
        ms,
        begin: async () => fault.begin(target),
        end: async () => fault.end(target)
      }
    }
  }
}

function weather(name: Nemesis['name'], draw: (chance: Chance) => Weather): Nemesis {
  return network(name, (chance) => {
    const change = draw(chance)
    return {
      what: JSON.stringify(change),
      begin: ({ proxy }) => proxy.change(change),
      end: ({ proxy }) => proxy.clear()
    }
  })
}

export const NETWORK_NEMESES: readonly Nemesis[] = [
  weather('slices', (chance) => ({
    sliceBytes: chance.pick([1, 17, 1_000]),
    delayMs: chance.pick([0, 1, 10])
  })),
  weather('latency', (chance) => ({ delayMs: chance.pick([20, 100, 400]) })),
  weather('half-open', (chance) => ({ silences: chance.pick(['up', 'down', 'both'] as const) })),
  weather('cut-answers', (chance) => ({ resetAfterBytes: chance.pick([10, 200, 5_000]) })),
  network('resets', () => ({
    what: 'every connection breaks',
    begin: ({ proxy }) => proxy.reset(),
    end: ({ proxy }) => proxy.reset()
  })),
  network('no-connections', () => ({
    what: 'connections are refused',
    begin: ({ proxy }) => proxy.refuse(),
    end: ({ proxy }) => proxy.accept()
  }))
]
