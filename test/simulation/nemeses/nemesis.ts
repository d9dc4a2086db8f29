/** Something that goes wrong for a while. */
import type { Random } from '../kernel/random.ts'
import type { NemesisPlan } from '../plan.ts'
import type { Folder, Slot, World } from '../world/world.ts'

export interface Scene {
  readonly world: World
  readonly plan: NemesisPlan
  readonly random: Random
  /** To be called whenever it really did something. */
  readonly did: () => void
}

export interface Nemesis {
  /** What it is about; by default all. */
  readonly target?: 'slot' | 'stream' | 'folder'
  /** Begins; the returned function ends it. What happens once only needs no end. */
  begin(scene: Scene): (() => void) | undefined
}

/** A longer silence than another machine waits for: see orphans.ts. */
export const LONG_STOP_MS = 45_000

export function slotOf({ world, plan }: Scene): Slot {
  const slot = world.slots.get(plan.target ?? '')
  if (slot === undefined) throw new Error(`nemesis '${plan.id}': there is no slot '${plan.target}'`)
  return slot
}

export function folderOf({ world, plan }: Scene): Folder {
  const folder = world.folders.get(plan.target ?? '')
  if (folder === undefined) throw new Error(`nemesis '${plan.id}': there is no folder '${plan.target}'`)
  return folder
}

/** Calls `act` again and again, `meanMs` apart on average, until the returned function is called. */
export function repeatedly({ world, random }: Scene, meanMs: number, act: () => void): () => void {
  let isOver = false
  const again = () => {
    if (isOver) return
    act()
    world.timeline.after(meanMs * 2 * random.next(), again)
  }
  again()
  return () => {
    isOver = true
  }
}
