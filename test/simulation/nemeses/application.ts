/** What applications do. */
import type { Life } from '../world/life.ts'
import { type Nemesis, repeatedly, type Scene, slotOf } from './nemesis.ts'

export const APPLICATION_NEMESES: Readonly<Record<string, Nemesis>> = {
  flushes: {
    target: 'slot',
    begin: (scene) => {
      const slot = slotOf(scene)
      const { random } = scene
      return repeatedly(scene, random.scale(10, 5_000), () => {
        if (slot.life === undefined) return
        scene.did()
        flush(scene, slot.life, random.pick([undefined, 0, 100, 5_000]))
      })
    }
  },
  close: once(({ random }, life) => life.close(random.pick([undefined, undefined, 0, 10, 1_000]))),
  'two closes': once(({ world }, life) => {
    life.close(undefined)
    world.timeline.after(50, () => void life.producer.close(), life.process)
  }),
  'writes after close': {
    target: 'slot',
    begin: (scene) => {
      const { life, writer } = slotOf(scene)
      if (life === undefined) return undefined
      life.close(undefined)
      return repeatedly(scene, 20, () => {
        if (life.isOver || life.process.isStopped || scene.world.history.lines.length > 5_000) return
        scene.did()
        scene.world.timeline.after(0, () => void writer.write(life), life.process)
      })
    }
  },
  'flush and close': once((scene, life) => {
    flush(scene, life, undefined)
    life.close(undefined)
  }),
  'natural end': once((_, life) => life.endNaturally()),
  exit: once((_, life) => life.exit())
}

function once(act: (scene: Scene, life: Life) => void): Nemesis {
  return {
    target: 'slot',
    begin: (scene) => {
      const { life } = slotOf(scene)
      if (life === undefined) return undefined
      scene.did()
      scene.world.timeline.after(0, () => act(scene, life), life.process)
      return undefined
    }
  }
}

/** A flush, and what its report must say: of all lines that were written before it. */
function flush({ world }: Scene, life: Life, timeoutMs: number | undefined): void {
  const { timeline, history } = world
  timeline.after(
    0,
    () => {
      const { written, recovered } = life.inside.totals()
      life.flush(timeoutMs, (sum, pending) => {
        if (life.isOver) return
        const later = life.inside.totals().recovered - recovered
        if (sum < written || sum > written + later) {
          const text = `a flush reports ${sum} lines; ${written} were written, and ${later} came back from disk`
          history.violated('flush', timeline.now, `${life.record.name}: ${text}`)
        }
        if (pending > 0 && timeoutMs === undefined && !life.isClosing) {
          history.violated('flush', timeline.now, `${life.record.name}: ${pending} are pending after a flush`)
        }
      })
    },
    life.process
  )
}
