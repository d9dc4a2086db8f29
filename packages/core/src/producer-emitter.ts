/** What every producer emits, in this thread or for another one. */
import { EventEmitter } from 'node:events'
import type { ProducerEvents } from './report/events.ts'

export class ProducerEmitter extends EventEmitter<ProducerEvents> {
  /** Emits. A listener of the user's that throws must not stop the delivery: its error surfaces by itself. */
  protected tell<Name extends keyof ProducerEvents>(name: Name, ...payload: ProducerEvents[Name]): void {
    try {
      // Of the untyped base: TypeScript cannot relate a generic name to its payload.
      EventEmitter.prototype.emit.call(this, name, ...payload)
    } catch (error) {
      process.emitWarning(error instanceof Error ? error : String(error), 'DisListenerError')
    }
  }
}
