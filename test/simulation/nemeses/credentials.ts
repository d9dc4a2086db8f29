/** Keys that are refused, changed and locked. */
import { type Nemesis, repeatedly, type Scene, slotOf } from './nemesis.ts'

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
        if (slot.plan.credentials !== 'function') return
        slot.key.current = next
        // Another rotation may have taken it for an old one meanwhile.
        keys.allow(next)
      })
      return () => {
        if (keys.refusalsOf(current) > before) scene.did()
        keys.allow(current)
        keys.unlock()
      }
    }
  },
  /** One after another, and again; a function gives the new ones, others are refused until the end. */
  'all keys rotate': {
    begin: (scene) => {
      const { keys } = scene.world.service
      const slots = [...scene.world.slots.values()]
      const given = slots.map(({ key }) => key.current)
      let turn = 0
      const end = repeatedly(scene, 500 + 20_000 * (1 - scene.plan.force), () => {
        const slot = slots[turn++ % slots.length]
        if (slot === undefined) return
        const { current } = slot.key
        keys.revoke(current)
        if (slot.plan.credentials !== 'function') return
        const next = `${current}'`
        keys.allow(next)
        scene.world.timeline.after(scene.random.scale(1, 3_000), () => {
          if (slot.key.current === current) slot.key.current = next
          keys.allow(slot.key.current)
        })
      })
      return refusedOr(scene, undefined, () => {
        end()
        for (const key of [...given, ...slots.map(({ key }) => key.current)]) keys.allow(key)
      })
    }
  },
  'a key that comes and goes': {
    target: 'slot',
    begin: (scene) => {
      const { current } = slotOf(scene).key
      const { keys } = scene.world.service
      let isValid = true
      const end = repeatedly(scene, 200 * 50 ** scene.plan.force, () => {
        isValid = !isValid
        if (isValid) keys.allow(current)
        else keys.revoke(current)
      })
      return refusedOr(scene, current, () => {
        end()
        keys.allow(current)
      })
    }
  },
  'a locked address': {
    begin: (scene) => {
      const { keys } = scene.world.service
      keys.isAddressLocked = true
      return refusedOr(scene, undefined, () => {
        keys.isAddressLocked = false
      })
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

/** Ends it, and says whether the key, or any one, was refused meanwhile. */
function refusedOr(scene: Scene, key: string | undefined, end: () => void): () => void {
  const { keys } = scene.world.service
  const count = () => (key === undefined ? keys.refusals : keys.refusalsOf(key))
  const before = count()
  return () => {
    if (count() > before) scene.did()
    end()
    keys.unlock()
  }
}
