/** Faults of the service: what it answers, what it takes, how it is scaled, whom it knows. */
import type { Fault } from '@dis-logs/local'
import { STREAMS } from '../service.ts'
import { drawMs, type Nemesis, type Strike, type World } from './nemesis.ts'

/** Nothing is stored without an answer that says so: no line may arrive twice for these. */
const CLEAN: readonly (readonly Fault[])[] = [
  [{ kind: '500', probability: 0.5 }],
  [{ kind: '500', status: 503, probability: 0.9 }],
  [{ kind: '413', probability: 0.3 }],
  [{ kind: 'record-error', code: 'DIS.5000', recordProbability: 0.1 }],
  [{ kind: 'reset-before', probability: 0.3 }],
  [{ kind: 'slow', delayMs: 400 }]
]
/** The producer cannot know what was stored. */
const AMBIGUOUS: readonly (readonly Fault[])[] = [
  [{ kind: 'reset-after', probability: 0.2 }],
  [{ kind: 'hang', probability: 0.3 }],
  [{ kind: 'not-json', probability: 0.2 }],
  [{ kind: 'empty', probability: 0.2 }],
  [{ kind: 'short-list', probability: 0.2 }],
  [{ kind: 'long-list', probability: 0.2 }],
  [
    { kind: 'throttle', recordProbability: 0.3 },
    { kind: '500', probability: 0.1 },
    { kind: 'reset-after', probability: 0.05 }
  ]
]
const THROTTLING: readonly (readonly Fault[])[] = [
  [{ kind: 'throttle', recordProbability: 0.5 }],
  [{ kind: 'throttle', recordProbability: 0.9 }],
  [{ kind: '429', retryAfter: 1, probability: 0.3 }],
  [{ kind: '429', probability: 0.6 }]
]

function misbehaving(
  name: 'errors' | 'ambiguity' | 'throttling',
  moods: readonly (readonly Fault[])[],
  streams: readonly string[]
): Nemesis {
  return {
    name,
    area: 'service',
    draw({ service }, chance) {
      const stream = chance.pick(streams)
      const mood = chance.pick(moods).map((fault) => ({ ...fault, stream }))
      let undo = async () => {}
      return {
        who: stream,
        what: mood.map(({ stream: _, ...fault }) => JSON.stringify(fault)).join(' '),
        ms: drawMs(chance),
        begin: async () => {
          undo = await service.misbehave(mood)
        },
        end: () => undo()
      }
    }
  }
}

const limits: Nemesis = {
  name: 'limits',
  area: 'limits',
  draw({ service }, chance) {
    const recordsPerSecond = chance.pick([100, 300, 600])
    const bytesPerSecond = chance.pick([50_000, 200_000, 1_048_576])
    return {
      who: 'service',
      what: `each partition takes ${recordsPerSecond} records and ${bytesPerSecond} bytes a second`,
      ms: drawMs(chance),
      begin: () => service.limit({ recordsPerSecond, bytesPerSecond }),
      end: () => service.limit(true)
    }
  }
}

const rescale: Nemesis = {
  name: 'rescale',
  area: 'partitions',
  draw({ service }, chance): Strike {
    const stream = chance.pick(STREAMS)
    const from = service.partitions(stream)
    const to = chance.pick([1, 2, 3, 4, 6].filter((count) => count !== from))
    return {
      who: stream,
      what: `from ${from} partitions to ${to}`,
      ms: 0,
      begin: async () => {
        await service.rescale(stream, to)
      },
      end: async () => {}
    }
  }
}

const rotation: Nemesis = {
  name: 'rotation',
  area: 'keys',
  draw(world, chance) {
    const overlapMs = chance.pick([0, 500, 3_000])
    const isRestartedFirst = chance.happens(0.5)
    const restart = () => restartThoseWithFixedKeys(world)
    return {
      who: 'service',
      what: `new keys; the old ones are good for ${overlapMs} ms more; processes with fixed keys start again ${isRestartedFirst ? 'before' : 'after'}`,
      ms: overlapMs,
      async begin() {
        await world.service.addKeys()
        if (isRestartedFirst) await restart()
      },
      async end() {
        await world.service.forgetOldKeys()
        if (!isRestartedFirst) await restart()
      }
    }
  }
}

async function restartThoseWithFixedKeys({ targets }: World): Promise<void> {
  const fixed = targets.filter(
    ({ application: { plan } }) => plan.keys === 'static' || plan.keys === 'variables'
  )
  await Promise.all(
    fixed.map(async ({ application }) => {
      // A stopped process cannot end; it is asked when it runs again.
      while (application.isStopped) await new Promise((resolve) => setTimeout(resolve, 100))
      if (!application.isRunning) return
      await application.terminate()
      await application.start()
    })
  )
}

const refusal: Nemesis = {
  name: 'refusal',
  area: 'service',
  draw({ service }, chance) {
    const stream = chance.pick(STREAMS)
    const kind = chance.pick(['auth-441', 'auth-401'] as const)
    let undo = async () => {}
    return {
      who: stream,
      what: `keys are refused (${kind})`,
      ms: drawMs(chance),
      begin: async () => {
        undo = await service.misbehave([{ kind, stream }])
      },
      end: () => undo()
    }
  }
}

const restart: Nemesis = {
  name: 'restart',
  area: 'service',
  draw({ service }, chance) {
    const goneMs = chance.whole(0, 3_000)
    return {
      who: 'service',
      what: `ends, and starts again after ${goneMs} ms`,
      ms: 0,
      begin: () => service.restart(goneMs),
      end: async () => {}
    }
  }
}

export const SERVICE_NEMESES: readonly Nemesis[] = [
  misbehaving('errors', CLEAN, STREAMS),
  misbehaving('ambiguity', AMBIGUOUS, ['storm']),
  misbehaving('throttling', THROTTLING, STREAMS),
  limits,
  rescale,
  rotation,
  refusal,
  restart
]
