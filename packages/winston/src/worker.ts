/** The producer's thread. thread-stream loads this module, writes the logger's text into the stream, and ends the stream. */
import { Writable } from 'node:stream'
import { parentPort } from 'node:worker_threads'
import { createProducer, type FlushReport, type Producer, type Stats } from '@dis-logs/core'
import { FrameReader } from './frames.ts'
import type { Command, Replies, WorkerOptions } from './protocol.ts'

/** Time between two messages with counters. Unchanged counters are not sent. */
const STATS_INTERVAL_MS = 200
/** More than a chunk of thread-stream, so that only a full producer stops the stream, never a large chunk. */
const HIGH_WATER_BYTES = 16 * 1_048_576

export default function start({ options }: WorkerOptions): Writable {
  const producer = createProducer(options)
  forwardEvents(producer)
  const frames = new FrameReader()
  let isEnding = false
  let release = () => {}
  parentPort?.on('message', (command: Command) => {
    if (command?.code !== 'DIS') return
    if (command.kind === 'ending') {
      isEnding = true
      release()
    } else void carryOut(producer, command)
  })
  return new Writable({
    decodeStrings: false,
    highWaterMark: HIGH_WATER_BYTES,
    write(text: string, _, done) {
      let hasRoom = true
      frames.push(text, (line) => {
        hasRoom = producer.write(line)
      })
      if (hasRoom || isEnding) {
        done()
        return
      }
      release = () => {
        release = () => {}
        producer.off('drain', release)
        done()
      }
      producer.once('drain', release)
    },
    final(done) {
      void producer.close().then(() => done())
    }
  })
}

async function carryOut(producer: Producer, command: Command & { kind: 'flush' | 'close' }): Promise<void> {
  const { id, timeoutMs } = command
  const report: FlushReport = await producer[command.kind](timeoutMs === undefined ? {} : { timeoutMs })
  send('dis:done', id, report, producer.stats())
}

function forwardEvents(producer: Producer): void {
  producer.on('rejected', (event) => send('dis:event', 'rejected', event))
  producer.on('dropped', (event) => send('dis:event', 'dropped', event))
  producer.on('stats', (event) => send('dis:event', 'stats', event))
  producer.on('warning', (event) => send('dis:event', 'warning', event))
  let sent = ''
  const timer = setInterval(() => {
    const stats: Stats = producer.stats()
    const current = JSON.stringify(stats)
    if (current !== sent) send('dis:stats', stats)
    sent = current
  }, STATS_INTERVAL_MS)
  timer.unref()
}

function send<Name extends keyof Replies>(name: Name, ...args: Replies[Name]): void {
  parentPort?.postMessage({ code: 'EVENT', name, args })
}
