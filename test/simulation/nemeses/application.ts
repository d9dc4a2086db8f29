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
        // A stopped process calls nothing, and afterwards not a hundred times at once.
        if (slot.life === undefined || slot.life.process.isStopped) return
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
  /** Much at once, whatever it was told before: memory under pressure. */
  flood: once((scene, life) => {
    const { writer } = slotOf(scene)
    life.record.isFlooded = true
    const lines = Math.min(200, 1_000 - scene.world.history.lines.length)
    for (let count = 0; count < lines && !life.isOver && !life.isClosing; count++) writer.write(life)
  }),
  'large lines': once((scene, life) => {
    const { writer, plan } = slotOf(scene)
    life.record.isFlooded = true
    const { maxMs = IMPATIENT_MS } = plan.options.retry ?? {}
    // Each attempt encodes and compresses its lines again: a thousand of a megabyte in each second of an outage took minutes.
    const most = maxMs < IMPATIENT_MS ? 60_000 : Number.POSITIVE_INFINITY
    for (let count = 0; count < 4 && !life.isOver && !life.isClosing; count++) {
      writer.write(life, Math.min(most, scene.random.pick([20_000, 60_000, 300_000, 1_040_000])))
    }
  }),
  /** It logs what it hears of its own log. */
  'writes in listeners': listening((scene, life) => {
    if (life.isOver || scene.world.history.lines.length > 5_000) return
    life.record.isFlooded = true
    slotOf(scene).writer.write(life)
  }),
  'listeners that throw': listening(() => {
    throw new Error('a listener of the application fails')
  }),
  'a listener that closes': listening((_, life) => life.close(undefined)),
  'natural end': once((_, life) => life.endNaturally()),
  exit: once((_, life) => life.exit())
}

/** Who tries again sooner than this. */
const IMPATIENT_MS = 100

/** Hears all events of the producer, a hundred at most. */
function listening(act: (scene: Scene, life: Life) => void): Nemesis {
  return {
    target: 'slot',
    begin: (scene) => {
      const { life } = slotOf(scene)
      if (life === undefined) return undefined
      let left = 100
      const heard = () => {
        if (life.isOver || left-- <= 0) return
        scene.did()
        act(scene, life)
      }
      for (const event of EVENTS) life.producer.on(event, heard)
      return () => {
        for (const event of EVENTS) life.producer.off(event, heard)
      }
    }
  }
}

const EVENTS = ['drain', 'dropped', 'rejected', 'warning', 'stats'] as const

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
