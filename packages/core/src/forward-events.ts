/** A producer's events, for whoever emits them again: a transport, or the other side of a thread. */
import { EventEmitter } from 'node:events'
import type { ProducerEvents } from './report/events.ts'

/** Every event but `drain`, which is an answer to the writer. */
export type ForwardedEvents = Omit<ProducerEvents, 'drain'>

export type Forward = <Name extends keyof ForwardedEvents>(
  name: Name,
  ...event: ForwardedEvents[Name]
) => void

const NAMES: readonly (keyof ForwardedEvents)[] = ['rejected', 'dropped', 'stats', 'warning']

/** Calls `forward` for each event of a producer but `drain`. For adapters, which emit it under a name of their own. */
export function forwardEvents(producer: EventEmitter<ProducerEvents>, forward: Forward): void {
  for (const name of NAMES) {
    const listener = (...event: unknown[]) => void Reflect.apply(forward, undefined, [name, ...event])
    // Of the untyped base: TypeScript cannot relate a name out of a list to its payload.
    EventEmitter.prototype.on.call(producer, name, listener)
  }
}
