/** What the service does: answers to whole requests, and odd ones. */
import { type Entry, ODD_ANSWERS, usualAnswer, wholeAnswer } from '../service/answer.ts'
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
  /** The product waits an hour at most, and no longer than it says for what is no time. */
  'absurd Retry-After': {
    begin: (scene) => {
      const { random } = scene
      return fault(scene, 0.3, ({ records }) => {
        const value = random.pick(ABSURD)
        return wholeAnswer(records.length, 'again', random.pick([429, 503]), '', { 'retry-after': value })
      })
    }
  },
  redirects: {
    begin: (scene) => {
      const { random, plan } = scene
      return fault(scene, 0.3 * plan.force, ({ records }) => {
        const headers = { location: 'https://example.invalid/login', 'content-type': 'text/html' }
        return wholeAnswer(records.length, 'refused', random.pick([301, 302, 307, 308]), '<html>', headers)
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
  /** Answers to other requests, and results in another order: where all is stored, each of them says the same. */
  'answers of others': {
    begin: ({ world, plan, random, did }) => {
      let last: readonly Entry[] | undefined
      return add<Fault>(world.service.faults, {
        odd: (entries) => {
          if (entries.some(({ kind }) => kind === 'failed')) return undefined
          const other = random.chance(0.5) ? last : entries.toReversed()
          last = entries
          if (other === undefined || !random.chance(plan.force)) return undefined
          did()
          return { ...usualAnswer(other, false), told: entries.map(() => 'stored') }
        }
      })
    }
  },
  /** At any byte, and nobody notices before the body is read. */
  'cut bodies': {
    begin: ({ world, plan, random, did }) =>
      add<Fault>(world.service.faults, {
        odd: (entries) => {
          if (!random.chance(0.5 * plan.force)) return undefined
          did()
          const { reply } = usualAnswer(entries, false)
          const body = reply.kind === 'answer' ? reply.body : Buffer.alloc(0)
          const cut = body.subarray(0, random.int(0, body.length - 1)).toString('utf8')
          return wholeAnswer(entries.length, 'again', 200, cut)
        }
      })
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

const ABSURD = [
  '99999999999999999999',
  '1e99',
  '-5',
  'soon',
  '',
  '0',
  'Thu, 01 Jan 1970 00:00:00 GMT',
  'Fri, 31 Dec 9999 23:59:59 GMT'
] as const

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
