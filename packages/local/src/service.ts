import type { ServerResponse } from 'node:http'
import type { Answer } from './answer.ts'
import { MAX_BODY_BYTES } from './bounds.ts'
import type { Call, World } from './call.ts'
import { decodeBody, prepareDecoder } from './content-encoding.ts'
import { Refusal, refuse, refuseAtGateway, refuseForMemory } from './errors.ts'
import { faultAnswer, spoiltAnswer } from './fault-answer.ts'
import { parseQuery } from './query.ts'
import { findRoute } from './routes.ts'
import type { SignedRequest } from './verify/canonical.ts'
import type { Credentials } from './verify/credentials.ts'
import { verify } from './verify/verify.ts'
import type { RequestTrace } from './viewer/request-log.ts'

/** A complete request, as it came off the wire. */
export interface WireRequest extends SignedRequest {
  readonly body: Buffer
  /** Holds so many bytes besides the body until the request is answered; false if there is no room. */
  readonly hold: (bytes: number) => boolean
  /** What is told of this request to the viewer. */
  readonly trace: RequestTrace
}

/** An answer that goes on: server-sent events. */
export interface EventAnswer {
  /** What is held for it as long as it lasts. */
  readonly holdBytes: number
  /** Called when the header lines are out. What it returns is called at the end of the connection. */
  readonly open: (response: ServerResponse) => () => void
}

/** What becomes of a request: an answer, or a connection that is cut without one, at once or when the faults end. */
export type Outcome = Answer | Refusal | EventAnswer | 'cut' | 'hang'

/** Characters of a stream's name that the viewer is told; a valid name is no longer. */
const MAX_SHOWN_NAME = 64

/** Where the service gets what it cannot know itself. */
export interface Surroundings {
  readonly world: World
  readonly credentials: Credentials
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Waits; the promise stays open if the server is closed meanwhile. */
  readonly sleep: (delayMs: number) => Promise<void>
  /** If given, the only project id that the server knows. */
  readonly projectId: string | undefined
}

/**
 * One request's way: route, credentials, body, understanding, faults, action. Faults strike only requests
 * that would have been carried out, so that a test which forgets its credentials learns of that first.
 */
export async function serve(request: WireRequest, surroundings: Surroundings): Promise<Outcome> {
  const { world, credentials, projectId } = surroundings
  const { trace } = request
  const query = new Map(parseQuery(request.query))
  const route = findRoute(request.method, request.path, query)
  trace.action = route?.action.name ?? ''
  world.counters.action(route?.action.name ?? 'other')
  if (route === undefined)
    return refuseAtGateway('APIGW.0101', `${request.method} ${request.path.slice(0, 200)}`)
  const unwelcome = verify(request, credentials, surroundings.now())
  if (unwelcome !== undefined) {
    world.counters.authRefused += 1
    return unwelcome
  }
  if (projectId !== undefined && projectId !== route.projectId) return refuse('DIS.4117')
  if (request.headers['content-encoding'] !== undefined) await prepareDecoder(request.headers)
  const body = decodeBody(request.body, request.headers, MAX_BODY_BYTES)
  if (body instanceof Refusal) return body
  const call: Call = {
    projectId: route.projectId,
    pathName: route.pathName,
    pathRest: route.pathRest,
    query,
    body,
    isProtobuf: (request.headers['content-type'] ?? '').toLowerCase().startsWith('application/x-protobuf'),
    // Read when it is needed: a fault may have held the call for a while.
    get nowMs() {
      return surroundings.now()
    },
    trace
  }
  const prepared = route.action.prepare(call, world)
  if (prepared instanceof Refusal) return prepared
  trace.stream = prepared.streamName.slice(0, MAX_SHOWN_NAME)
  const strike = world.faults.draw(route.action.name, prepared.streamName)
  trace.fault = strike.instead?.kind ?? strike.after?.kind ?? (strike.delayMs > 0 ? 'slow' : '')
  if (strike.delayMs > 0) {
    // The plain body and the records in it stay for that long.
    if (!request.hold(2 * body.length)) return refuseForMemory()
    await surroundings.sleep(strike.delayMs)
  }
  if (strike.instead !== undefined) return faultAnswer(strike.instead)
  return spoiltAnswer(prepared.run(strike), strike.after)
}
