/** Faults of the machine: processes that are stopped, killed, asked to end; a disk that is full. */
import { drawMs, drawTarget, isInStorm, type Nemesis } from './nemesis.ts'

const stop: Nemesis = {
  name: 'stop',
  area: 'process',
  draw(world, chance) {
    const ms = drawMs(chance)
    const target = drawTarget(world, chance, isInStorm)
    if (target === undefined) return undefined
    const { application } = target
    return {
      who: application.plan.name,
      what: 'SIGSTOP',
      ms,
      begin: async () => application.stop(),
      end: async () => application.continue()
    }
  }
}

const kill: Nemesis = {
  name: 'kill',
  area: 'process',
  draw(world, chance) {
    const goneMs = chance.pick([0, 200, 3_000])
    const target = drawTarget(world, chance, ({ plan }) => plan.mayDie)
    if (target === undefined) return undefined
    const { application } = target
    return {
      who: application.plan.name,
      what: `SIGKILL, and another life ${goneMs} ms later`,
      ms: goneMs,
      begin: () => application.kill(),
      end: () => application.start()
    }
  }
}

const terminate: Nemesis = {
  name: 'terminate',
  area: 'process',
  draw(world, chance) {
    const goneMs = chance.pick([0, 1_000])
    const target = drawTarget(world, chance, ({ plan }) => plan.mayDie)
    if (target === undefined) return undefined
    const { application } = target
    return {
      who: application.plan.name,
      what: 'SIGTERM, and another life',
      ms: goneMs,
      begin: () => application.terminate(),
      end: () => application.start()
    }
  }
}

const fullDisk: Nemesis = {
  name: 'full-disk',
  area: 'disk',
  draw({ disk }, chance) {
    const bytes = chance.pick([0, 4_096, 200_000])
    const ms = drawMs(chance)
    if (disk === undefined) return undefined
    return {
      who: 'disk',
      what: `full but for ${bytes} bytes`,
      ms,
      begin: async () => disk.fill(bytes),
      end: async () => disk.free()
    }
  }
}

export const MACHINE_NEMESES: readonly Nemesis[] = [stop, kill, terminate, fullDisk]
