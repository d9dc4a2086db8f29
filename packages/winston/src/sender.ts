/** line → wherever the producer runs: what the transport knows of it. */
import {
  createProducer,
  type DisOptions,
  type FlushReport,
  type ProducerEvents,
  type Stats
} from '@dis-logs/core'

/** Names and payloads of what a transport emits. */
export type SenderEvents = Omit<ProducerEvents, 'drain'>

/** Hears of the producer's events. */
export type Emit = <Name extends keyof SenderEvents>(name: Name, ...event: SenderEvents[Name]) => void

export interface Sender {
  /** Takes a line. False: wait with the next one until {@link whenDrained} calls back. */
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
    // Nobody waits for a producer that takes no more: it counts what comes too late.
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
