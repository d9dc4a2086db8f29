/** What the service does: answers to whole requests, and odd ones. */
import { ODD_ANSWERS, wholeAnswer } from '../service/answer.ts'
import type { ServedRequest } from '../service/decode.ts'
import type { Fault } from '../service/service.ts'
import type { Nemesis, Scene } from './nemesis.ts'
import { add } from './network.ts'

export const SERVICE_NEMESES: Readonly<Record<string, Nemesis>> = {
  '5xx storm': answers(0.95, [
    [500, { errorCode: 'DIS.5000', message: 'System error.' }],
    [503, '<html>Service Unavailable</html>'],
    [502, ''],
    [504, { error_code: 'APIG.0201', error_msg: 'Backend timeout.' }]
  ]),
  'Retry-After': {
    begin: (scene) => {
      const seconds = String(Math.ceil(60 * scene.plan.force))
      const body = { error_code: 'APIGW.0308', error_msg: 'The throttling threshold has been reached' }
      return fault(scene, 0.7, ({ records }) => {
        return wholeAnswer(records.length, 'again', 429, body, { 'retry-after': seconds })
      })
    }
  },
  'throttled requests': answers(0.6, [
    [400, { errorCode: 'DIS.4303', message: 'Exceeded traffic control limit' }],
    [400, { errorCode: 'DIS.4305', message: 'Too many stream requests' }],
    [429, { error_msg: 'throttled' }]
  ]),
  'stream not running': answers(1, [[400, { errorCode: 'DIS.4205', message: 'Stream is not running.' }]]),
  /** Requests of several records are too large. */
  'too large': {
    begin: (scene) => {
      const most = 1 + Math.floor(10 * scene.plan.force)
      return fault(scene, 1, ({ records }) => {
        const lines = records.reduce((sum, { data }) => sum + data.split('\n').length, 0)
        return lines <= most
          ? undefined
          : wholeAnswer(records.length, 'again', 413, { error_code: 'APIGW.0201' })
      })
    }
  },
  'odd answers': {
    begin: (scene) => {
      const { world, plan, random, did } = scene
      const odd = Object.values(ODD_ANSWERS)
      return add<Fault>(world.service.faults, {
        // Most odd answers are about failures.
        record: () =>
          random.chance(0.1) ? { kind: 'failed', code: 'DIS.5000', message: 'simulated' } : undefined,
        odd: (entries) => {
          if (!random.chance(0.2 + 0.7 * plan.force)) return undefined
          const answer = odd[random.int(0, odd.length - 1)]?.(entries)
          if (answer !== undefined) did()
          return answer
        }
      })
    }
  }
}

type Kind = readonly [status: number, body: unknown]

/** All of these mean: again. */
function answers(most: number, kinds: readonly [Kind, ...Kind[]]): Nemesis {
  return {
    begin: (scene) =>
      fault(scene, most * (0.3 + 0.7 * scene.plan.force), ({ records }) => {
        const [status, body] = scene.random.pick(kinds)
        return wholeAnswer(records.length, 'again', status, body)
      })
  }
}

function fault(
  { world, random, did }: Scene,
  probability: number,
  answer: (request: ServedRequest) => ReturnType<NonNullable<Fault['whole']>>
): () => void {
  return add<Fault>(world.service.faults, {
    whole: (request) => {
      const given = random.chance(probability) ? answer(request) : undefined
      if (given !== undefined) did()
      return given
    }
  })
}
