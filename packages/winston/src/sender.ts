/** The transport's view of a producer, which runs in this process or in a worker. */
import {
  createProducer,
  type DisOptions,
  type FlushReport,
  type ProducerEvents,
  type Stats
} from '@dis-logs/core'

/** Names and payloads of a transport's events. */
export type SenderEvents = Omit<ProducerEvents, 'drain'>

/** Receives the producer's events. */
export type Emit = <Name extends keyof SenderEvents>(name: Name, ...event: SenderEvents[Name]) => void

export interface Sender {
  /** Takes a line. False: the caller should wait with the next one until {@link whenDrained} calls back. */
  write(line: string): boolean
  whenDrained(next: () => void): void
  flush(options?: { readonly timeoutMs?: number }): Promise<FlushReport>
  close(): Promise<FlushReport>
  stats(): Stats
}

/**
 * A producer in the process of the logger. Options may hold functions.
 * @throws DisConfigError if the options cannot work
 */
export function inProcess(options: DisOptions, emit: Emit): Sender {
  const producer = createProducer(options)
  producer.on('rejected', (event) => emit('rejected', event))
  producer.on('dropped', (event) => emit('dropped', event))
  producer.on('stats', (event) => emit('stats', event))
  producer.on('warning', (event) => emit('warning', event))
  let isClosing = false
  return {
    // A closing producer takes no more lines and counts them as dropped, so waiting would be in vain.
    write: (line) => producer.write(line) || isClosing,
    whenDrained: (next) => producer.once('drain', next),
    flush: (flushOptions) => producer.flush(flushOptions),
    close: () => {
      isClosing = true
      return producer.close()
    },
    stats: () => producer.stats()
  }
}
