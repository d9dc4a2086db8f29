/** What every producer does, in this thread or for another one. */
import { EventEmitter } from 'node:events'
import type { ProducerEvents } from './report/events.ts'

export abstract class ProducerEmitter extends EventEmitter<ProducerEvents> {
  abstract write(line: string): boolean

  /** See `Producer.writeLines`: one by one, where nothing is known that is cheaper. */
  writeLines(text: string): boolean {
    let isTaken = true
    for (const line of text.split(/\r?\n/)) if (line !== '') isTaken = this.write(line)
    return isTaken
  }

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
