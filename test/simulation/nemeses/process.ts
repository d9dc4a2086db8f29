/** What happens to processes and to power. */
import { afterPowerLoss } from '../../../packages/core/src/testing.ts'
import type { NetworkFault } from '../world/network.ts'
import { folderOf, LONG_STOP_MS, type Nemesis, repeatedly, type Scene, slotOf } from './nemesis.ts'
import { add } from './network.ts'

export const PROCESS_NEMESES: Readonly<Record<string, Nemesis>> = {
  /** It dies between two steps, or at some call of a port in the middle of one. */
  kill: {
    target: 'slot',
    begin: (scene) => {
      const slot = slotOf(scene)
      if (scene.random.chance(0.7)) slot.life?.dieAfter(scene.random.scale(1, 60), scene.did)
      else if (slot.life !== undefined) {
        scene.did()
        slot.life.kill()
      }
      return undefined
    }
  },
  'killed again and again': {
    target: 'slot',
    begin: (scene) => {
      const slot = slotOf(scene)
      const pauseMs = 300 + 10_000 * scene.plan.force
      return repeatedly(scene, pauseMs, () => {
        slot.life?.dieAfter(scene.random.scale(1, 60), scene.did)
      })
    }
  },
  'stopped and continued': {
    target: 'slot',
    begin: (scene) => {
      const { life } = slotOf(scene)
      if (life === undefined) return undefined
      const go = life.process.stop()
      scene.did()
      const since = scene.world.timeline.now
      return () => {
        if (scene.world.timeline.now - since > LONG_STOP_MS) life.record.mayBeTaken = true
        go()
      }
    }
  },
  'power loss': {
    target: 'folder',
    begin: (scene) => {
      losePower(scene)
      return undefined
    }
  },
  /** So that there is something on disk. */
  'no connection, then power loss': {
    target: 'folder',
    begin: (scene) => {
      const connect = disconnect(scene)
      return () => {
        connect()
        losePower(scene)
      }
    }
  },
  'no connection, then a kill': {
    target: 'slot',
    begin: (scene) => {
      const connect = disconnect(scene)
      return () => {
        connect()
        slotOf(scene).life?.dieAfter(scene.random.scale(1, 60), scene.did)
      }
    }
  }
}

function disconnect({ world }: Scene): () => void {
  return add<NetworkFault>(world.network.faults, { mishap: () => 'refused' })
}

function losePower(scene: Scene): void {
  const { world, random } = scene
  const folder = folderOf(scene)
  folder.record.powerLosses.push({ step: world.timeline.steps, at: world.timeline.now })
  for (const { life, folder: its } of world.slots.values()) {
    if (its !== folder || life === undefined) continue
    scene.did()
    life.kill('power')
  }
  const { disk } = folder
  const states = [...afterPowerLoss(disk, disk.history.length)]
  const state = states[random.int(0, states.length - 1)]
  if (state === undefined) return
  world.history.note(world.timeline.now, folder.name, state.loss)
  folder.disk = state.disk()
}
