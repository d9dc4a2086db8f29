import type { Answer } from './answer.ts'
import type { Refusal } from './errors.ts'
import type { ActionName } from './fault-types.ts'
import type { FaultSet, Strike } from './faults.ts'
import type { Counters } from './stats.ts'
import type { Store } from './store.ts'
import type { RequestTrace } from './viewer/request-log.ts'

/** A request as an action sees it: let in, complete, and with a plain body. */
export interface Call {
  readonly projectId: string
  /** What stands after the collection in the path, such as the stream's name; "" if nothing. */
  readonly pathName: string
  /** Names further behind: of a task, or of an app's stream. */
  readonly pathRest: readonly string[]
  readonly query: ReadonlyMap<string, string>
  readonly body: Buffer
  /** Protobuf rather than JSON, by the request's Content-Type; for reads too, where it picks the answer. */
  readonly isProtobuf: boolean
  readonly nowMs: number
  /** What is told of this request to the viewer. */
  readonly trace: RequestTrace
}

/** What actions work on. */
export interface World {
  readonly store: Store
  readonly counters: Counters
  readonly faults: FaultSet
  /** How long a stream made through the API stays CREATING. */
  readonly createDelayMs: number
}

/** A request that was understood. It waits for the faults to have their say before it is carried out. */
export interface Prepared {
  /** Name of the stream in question, as given; "" if the call names none. */
  readonly streamName: string
  run(strike: Strike): Answer | Refusal
}

/** One call of the API. */
export interface Action {
  readonly name: ActionName
  prepare(call: Call, world: World): Prepared | Refusal
}
