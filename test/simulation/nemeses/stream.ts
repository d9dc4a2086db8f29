/** What happens to streams, partitions and records. */
import type { Fault } from '../service/service.ts'
import type { ServedStream } from '../service/stream.ts'
import { type Nemesis, repeatedly, type Scene } from './nemesis.ts'
import { add } from './network.ts'

export const STREAM_NEMESES: Readonly<Record<string, Nemesis>> = {
  'random throttling': records(0.7, ['DIS.4303', 'DIS.4303', 'DIS.4305']),
  'record faults': records(0.4, ['DIS.5000', 'DIS.5250', 'SIM.1234']),
  'refused records': records(0.2, ['DIS.4301', 'DIS.4200']),
  'throttled by words': records(0.4, ['SIM.4321'], 'Exceeded traffic control limit'),
  'a failing partition': onePartition('DIS.5000'),
  'a read-only partition': onePartition('DIS.5900'),
  'a throttled partition': onePartition('DIS.4303'),
  'splits and merges': {
    target: 'stream',
    begin: (scene) => {
      const stream = streamOf(scene)
      const pauseMs = Math.max(500, (scene.plan.untilMs - scene.plan.fromMs) / 5)
      const { random } = scene
      return repeatedly(scene, pauseMs, () => {
        const count = random.int(1, 2 * stream.plan.partitions + 1)
        if (count !== stream.active.length) scene.did()
        stream.scale(count)
      })
    }
  },
  /** Another stream with its name each time. */
  'deleted again and again': {
    target: 'stream',
    begin: (scene) => {
      const stream = streamOf(scene)
      stream.missed = scene.did
      const pauseMs = Math.max(200, (scene.plan.untilMs - scene.plan.fromMs) / 6)
      const end = repeatedly(scene, pauseMs, () => {
        if (stream.isDeleted) stream.makeAgain(scene.random.int(1, 4))
        else stream.isDeleted = true
      })
      return () => {
        end()
        if (stream.isDeleted) stream.makeAgain(scene.random.int(1, 4))
      }
    }
  },
  /** As if others wrote to it, too. */
  'lower limits': {
    target: 'stream',
    begin: (scene) => {
      const stream = streamOf(scene)
      stream.share = 0.01 + 0.3 * (1 - scene.plan.force)
      stream.throttled = scene.did
      return () => {
        stream.share = 1
        stream.throttled = () => {}
      }
    }
  },
  'deleted and made again': {
    target: 'stream',
    begin: (scene) => {
      const stream = streamOf(scene)
      stream.isDeleted = true
      stream.missed = scene.did
      const partitions = scene.random.chance(0.5) ? stream.active.length : scene.random.int(1, 6)
      return () => stream.makeAgain(partitions)
    }
  }
}

function streamOf({ world, plan }: Scene): ServedStream {
  const stream = world.service.streams.get(plan.target ?? '')
  if (stream === undefined) throw new Error(`nemesis '${plan.id}': there is no stream '${plan.target}'`)
  return stream
}

function records(most: number, codes: readonly [string, ...string[]], message = 'simulated'): Nemesis {
  return {
    begin: ({ world, plan, random, did }) => {
      const probability = most * (0.1 + 0.9 * plan.force)
      return add<Fault>(world.service.faults, {
        record: () => {
          if (!random.chance(probability)) return undefined
          did()
          return { kind: 'failed', code: random.pick(codes), message }
        }
      })
    }
  }
}

function onePartition(code: string): Nemesis {
  return {
    target: 'stream',
    begin: (scene) => {
      const { active } = streamOf(scene)
      const bad = active[scene.random.int(0, active.length - 1)]
      return add<Fault>(scene.world.service.faults, {
        record: (_, partition) => {
          if (partition !== bad) return undefined
          scene.did()
          return { kind: 'failed', code, message: 'simulated, one partition' }
        }
      })
    }
  }
}
