/** The way of a request to the service and back, with all that can happen to it there. */
import type { Transport, WireReply, WireRequest } from '../../../packages/core/src/wire/message.ts'
import type { Arrivals } from '../judge/arrivals.ts'
import type { Attempt, Cargo, History } from '../judge/history.ts'
import type { LifeRecord } from '../judge/life-record.ts'
import { noteRequest, stormOf } from '../judge/storm.ts'
import type { Process } from '../kernel/process.ts'
import type { Random } from '../kernel/random.ts'
import type { Timeline } from '../kernel/timeline.ts'
import type { Answer, Told } from '../service/answer.ts'
import { decodeRequest, type ServedRequest } from '../service/decode.ts'
import type { Service } from '../service/service.ts'

/**
 * `refused`: no connection. `reset-before` and `reset-after`: the connection breaks, and the service has taken nothing or all.
 * `silent-before` and `silent-after`: the same, but no answer comes. `cut`: the answer is cut in the middle. `huge`: it is larger
 * than any answer may be. `no-name` and `no-tls`: the service's name, or its certificate, is wrong.
 */
export type Mishap =
  | 'refused'
  | 'reset-before'
  | 'reset-after'
  | 'silent-before'
  | 'silent-after'
  | 'cut'
  | 'huge'
  | 'no-name'
  | 'no-tls'

/** What is wrong with the network for a while. */
export interface NetworkFault {
  mishap?(life: LifeRecord): Mishap | undefined
  /** Added to each way. */
  delayMs?(life: LifeRecord): number
}

const FAILURES: Readonly<Record<Mishap | 'timeout' | 'closed', Extract<WireReply, { kind: 'failure' }>>> = {
  refused: failure('NETWORK_REFUSED', false),
  'reset-before': failure('NETWORK_RESET', true),
  'reset-after': failure('NETWORK_RESET', true),
  'silent-before': failure('NETWORK_TIMEOUT', true),
  'silent-after': failure('NETWORK_TIMEOUT', true),
  cut: failure('NETWORK_RESET', true),
  huge: failure('UND_ERR_RES_EXCEEDED_MAX_SIZE', true),
  'no-name': failure('NETWORK_DNS', false),
  'no-tls': failure('NETWORK_TLS', false),
  timeout: failure('NETWORK_TIMEOUT', true),
  closed: failure('NETWORK_RESET', true)
}

function failure(code: string, ambiguous: boolean): Extract<WireReply, { kind: 'failure' }> {
  return { kind: 'failure', code, message: `simulated ${code}`, ambiguous }
}

/** Who wants to know. */
export interface NetworkUser {
  /** Called first; may end the process. */
  sends(): void
  answered(): void
}

/** A request on its way. */
interface Journey {
  readonly request: WireRequest
  readonly served: ServedRequest
  readonly process: Process
  readonly attempt: Attempt
  /** The process gets a reply, unless it waits for none any more. `arrived` is called first. */
  readonly finish: (reply: WireReply, arrived?: () => void) => void
}

export interface NetworkParts {
  readonly timeline: Timeline
  readonly service: Service
  readonly history: History
  readonly arrivals: Arrivals
  readonly random: Random
}

export class Network {
  readonly faults = new Set<NetworkFault>()
  readonly #parts: NetworkParts

  constructor(parts: NetworkParts) {
    this.#parts = parts
  }

  /** The network as one process sees it. */
  transport(process: Process, life: LifeRecord, timeoutMs: number, user: NetworkUser): Transport {
    const pending = new Set<() => void>()
    return {
      send: (request) => {
        user.sends()
        if (process.isDead) return new Promise(() => {})
        return new Promise((resolve) => {
          const served = decodeRequest(request)
          const attempt = this.#attempt(life, served)
          const onItsWay = { sentAt: attempt.sentAt, bytes: request.body?.length ?? 0 }
          life.inFlight.add(onItsWay)
          life.largestBody = Math.max(life.largestBody, onItsWay.bytes)
          const finish = (reply: WireReply, arrived?: () => void) => {
            if (!pending.delete(close)) return
            life.inFlight.delete(onItsWay)
            cancel()
            attempt.endedInStep = this.#parts.timeline.steps
            arrived?.()
            this.#judgeStorm(attempt, reply)
            user.answered()
            resolve(reply)
          }
          const close = () => finish(FAILURES.closed)
          const cancel = process.timer(timeoutMs, () => finish(FAILURES.timeout))
          pending.add(close)
          this.#send({ request, served, process, attempt, finish })
        })
      },
      close: async () => {
        for (const close of [...pending]) close()
      }
    }
  }

  #judgeStorm({ life, sentAt }: Attempt, reply: WireReply): void {
    const { timeline, history } = this.#parts
    const isFailed = reply.kind === 'failure' || reply.status >= 500 || reply.status === 429
    noteRequest(life, sentAt, timeline.now, isFailed && !life.isClosing)
    const storm = stormOf(life)
    if (storm !== undefined) history.violated('storm', timeline.now, `${life.name}: ${storm}`)
  }

  #attempt(life: LifeRecord, { records }: ServedRequest): Attempt {
    const { timeline, history } = this.#parts
    const { now, steps } = timeline
    const cargo = records.map(({ data }) => history.cargoOf(data, now))
    const id = history.attempts++
    const attempt = { id, life, sentAt: now, step: steps, cargo, endedInStep: undefined }
    for (const { lines } of cargo) for (const line of lines) line.lastAttempt = attempt
    return attempt
  }

  #send(journey: Journey): void {
    const { process, attempt, finish } = journey
    const { timeline, history } = this.#parts
    const { life } = attempt
    const mishap = this.#mishap(life)
    history.note(
      timeline.now,
      life.name,
      `sends request ${attempt.id}${mishap === undefined ? '' : ` (${mishap})`}`
    )
    const back = (reply: WireReply, arrived?: () => void) => {
      timeline.after(this.#delay(life), () => finish(reply, arrived), process)
    }
    if (mishap === 'refused' || mishap === 'no-name' || mishap === 'no-tls') {
      back(FAILURES[mishap])
      return
    }
    timeline.after(this.#delay(life), () => {
      if (mishap === 'silent-before') return
      if (mishap === 'reset-before') {
        back(FAILURES['reset-before'])
        return
      }
      const { answer, told } = this.#serve(journey)
      if (mishap === 'silent-after') return
      if (mishap === 'reset-after' || mishap === 'cut' || mishap === 'huge') back(FAILURES[mishap])
      else back(answer.reply, told)
    })
  }

  /** What the service answers, and what its arrival means for the books of the judge. */
  #serve({ request, served, attempt }: Journey): { readonly answer: Answer; readonly told: () => void } {
    const { timeline, service, history, arrivals } = this.#parts
    const { life, id, cargo } = attempt
    const now = timeline.now
    let at = -1
    const answer = service.serve(request, served, now, (_, { stream, partition, record }) => {
      at = served.records.indexOf(record, at + 1)
      for (const line of cargo[at]?.lines ?? []) {
        arrivals.stored(line, record, {
          at: now,
          attempt,
          stream: stream.plan.name,
          incarnation: stream.incarnation,
          partition: partition.id,
          position: partition.position
        })
      }
    })
    const { reply } = answer
    const status = reply.kind === 'answer' ? reply.status : 0
    history.note(
      now,
      'service',
      `answers request ${id} of ${life.name} with ${status}: ${summary(answer, cargo)}`
    )
    return {
      answer,
      told: () => {
        if (status === 401 || status === 441 || status === 403) life.refusedAt.push(timeline.now)
        else if (status === 200) life.acceptedAfter.add(life.refusedAt.length)
        answer.told.forEach((told, record) => {
          history.told(attempt, cargo[record] ?? NOTHING, told, timeline)
        })
      }
    }
  }

  #mishap(life: LifeRecord): Mishap | undefined {
    for (const { mishap } of this.faults) {
      const found = mishap?.(life)
      if (found !== undefined) return found
    }
    return undefined
  }

  #delay(life: LifeRecord): number {
    let ms = 1 + this.#parts.random.next() * 9
    for (const { delayMs } of this.faults) ms += delayMs?.(life) ?? 0
    return ms
  }
}

const NOTHING: Cargo = { lines: [], notices: 0 }

function summary({ told }: Answer, cargo: readonly Cargo[]): string {
  const count = (what: Told) => told.filter((each) => each === what).length
  const first = cargo[0]?.lines[0]?.n
  return `${count('stored')} stored, ${count('again') + count('failed')} again, ${count('refused')} refused (from line ${first ?? '-'})`
}
