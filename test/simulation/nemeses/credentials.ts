/** Keys that are refused, changed and locked. */
import { type Nemesis, slotOf } from './nemesis.ts'

export const CREDENTIAL_NEMESES: Readonly<Record<string, Nemesis>> = {
  'a refused key': {
    target: 'slot',
    begin: (scene) => {
      const { key } = slotOf(scene)
      const { keys } = scene.world.service
      keys.revoke(key.current)
      const before = keys.refusalsOf(key.current)
      return () => {
        if (keys.refusalsOf(key.current) > before) scene.did()
        keys.allow(key.current)
        keys.unlock()
      }
    }
  },
  /** The old key is refused from some moment on. A function gives the new one; others are given it back at the end. */
  'key rotation': {
    target: 'slot',
    begin: (scene) => {
      const slot = slotOf(scene)
      const { keys } = scene.world.service
      const { current } = slot.key
      const next = `${current}+`
      keys.allow(next)
      const before = keys.refusalsOf(current)
      if (slot.plan.credentials === 'function' && scene.random.chance(0.5)) slot.key.current = next
      keys.revoke(current)
      scene.world.timeline.after(scene.random.between(0, 5_000), () => {
        if (slot.plan.credentials === 'function') slot.key.current = next
      })
      return () => {
        if (keys.refusalsOf(current) > before) scene.did()
        keys.allow(current)
        keys.unlock()
      }
    }
  },
  'a locked key': {
    target: 'slot',
    begin: (scene) => {
      const { world, plan } = scene
      const { current } = slotOf(scene).key
      const { keys } = world.service
      const before = keys.refusalsOf(current)
      keys.lock(current, world.timeline.now + plan.untilMs - plan.fromMs)
      return () => {
        if (keys.refusalsOf(current) > before) scene.did()
        keys.unlock()
      }
    }
  }
}
