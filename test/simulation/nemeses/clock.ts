/** Clocks that are wrong. */
import type { Machine } from '../kernel/process.ts'
import { LONG_STOP_MS, type Nemesis, type Scene, slotOf } from './nemesis.ts'

export const CLOCK_NEMESES: Readonly<Record<string, Nemesis>> = {
  'wall clock jumps': {
    target: 'slot',
    begin: (scene) => {
      const machine = machineOf(scene)
      const { random, plan } = scene
      const ms = random.scale(1_000, 3_600_000 * (1 + 200 * plan.force)) * (random.chance(0.5) ? 1 : -1)
      machine.offsetMs += ms
      sawIt(scene)
      return undefined
    }
  },
  'wall clock jumps and returns': {
    target: 'slot',
    begin: (scene) => {
      const machine = machineOf(scene)
      const ms = scene.random.scale(1_000, 100_000_000) * (scene.random.chance(0.5) ? 1 : -1)
      machine.offsetMs += ms
      sawIt(scene)
      return () => {
        machine.offsetMs -= ms
      }
    }
  },
  drift: {
    target: 'slot',
    begin: (scene) => {
      const machine = machineOf(scene)
      machine.driftRate = 0.01 * (scene.plan.force - 0.5)
      sawIt(scene)
      return () => {
        machine.driftRate = 0
      }
    }
  },
  /** All of its processes stand still, and when they go on only the wall clock knows of it. */
  'suspended machine': {
    target: 'slot',
    begin: (scene) => {
      const machine = machineOf(scene)
      const { timeline, slots } = scene.world
      const since = timeline.now
      machine.suspend(since)
      const ends: (() => void)[] = []
      for (const { life } of slots.values()) {
        if (life?.process.machine !== machine) continue
        const go = life.process.stop()
        ends.push(() => {
          if (timeline.now - since > LONG_STOP_MS) life.record.mayBeTaken = true
          go()
        })
        scene.did()
      }
      return () => {
        machine.resume(timeline.now)
        for (const end of ends) end()
      }
    }
  },
  'late timers': {
    target: 'slot',
    begin: (scene) => {
      const { life } = slotOf(scene)
      if (life === undefined) return undefined
      life.process.jitterMs = 1_000 * scene.plan.force
      sawIt(scene)
      return () => {
        life.process.jitterMs = 0
      }
    }
  }
}

function sawIt(scene: Scene): void {
  if (slotOf(scene).life !== undefined) scene.did()
}

function machineOf(scene: Scene): Machine {
  return slotOf(scene).machine
}
