/**
 * No logger in front: lines are ready-made text and come as fast as they are taken. With a logger in front the
 * main thread is the limit; this shows what a transport itself costs. All of it happens on the main thread.
 */
import { once } from 'node:events'
import { disOptions } from './dis.mjs'
import { ours } from './ours.mjs'
import { fromPeers } from './peers.mjs'

/** @import { Case, Context } from './cases.mjs' */

/** Lines in one write to a stream: about what thread-stream hands over at a time. */
const CHUNK = 100

/**
 * Text written to the stream of a pino transport, as its worker does it.
 * @param {(context: Context) => Promise<import('node:stream').Writable>} open
 * @param {boolean} toSink
 * @returns {Case}
 */
const streamCase = (open, toSink) => ({
  toSink,
  async start(context) {
    const { entries } = context
    const chunks = []
    for (let at = 0; at < entries.length; at += CHUNK) {
      const text = entries.slice(at, at + CHUNK).map(({ line }) => `${line}\n`)
      // Through bytes, so that it is one flat string and not a tree of pieces.
      chunks.push(Buffer.from(text.join('')).toString())
    }
    const stream = await open(context)
    return {
      log: (_entry, index) => index % CHUNK !== 0 || stream.write(chunks[(index / CHUNK) % chunks.length]),
      room: () => once(stream, 'drain'),
      async end() {
        const closed = once(stream, 'close')
        stream.end()
        await closed
      }
    }
  }
})

/** What writing ready-made lines anywhere costs. */
export const fileDirect = streamCase(
  async () => fromPeers('pino').destination({ dest: '/dev/null', sync: false }),
  false
)

/** @param {{ token?: boolean }} [options] */
export const disStreamDirect = ({ token = false } = {}) =>
  streamCase(async (context) => {
    const { disStream } = await import(ours(context.build, 'pino-dis').href)
    return disStream(disOptions({ ...context, token }))
  }, true)

export const lokiDirect = streamCase(async ({ sink }) => {
  const { pinoLoki } = fromPeers('pino-loki')
  return pinoLoki({ host: sink, batching: { interval: 1, maxBufferSize: 0 }, labels: { job: 'bench' } })
}, true)

/** @type {(aggregate: boolean) => Case} */
export const producerDirect = (aggregate) => ({
  toSink: true,
  aggregated: aggregate,
  async start(context) {
    const { createProducer } = await import(ours(context.build, '@dis-logs/core').href)
    const producer = createProducer(disOptions({ ...context, aggregate }))
    return {
      log: ({ line }) => producer.write(line),
      room: () => once(producer, 'drain'),
      end: () => producer.close()
    }
  }
})

const KINESIS_BATCH = 500
const KINESIS_CONCURRENCY = 8

/** As an application would: batches of 500, eight in flight, records that failed sent again. @type {Case} */
export const kinesisDirect = {
  toSink: true,
  async start({ sink }) {
    const { KinesisClient, PutRecordsCommand } = fromPeers('@aws-sdk/client-kinesis')
    const { NodeHttpHandler } = fromPeers('@smithy/node-http-handler')
    const client = new KinesisClient({
      endpoint: sink,
      region: 'bench-1',
      credentials: { accessKeyId: 'BENCHACCESSKEY', secretAccessKey: 'bench-secret-key-of-some-length' },
      // Its default is HTTP/2, which a plain http address cannot negotiate.
      requestHandler: new NodeHttpHandler({ httpAgent: { keepAlive: true, maxSockets: KINESIS_CONCURRENCY } })
    })
    /** @type {{ Data: Buffer, PartitionKey: string }[]} */
    let records = []
    /** @type {Set<Promise<void>>} */
    const inFlight = new Set()

    /** @param {typeof records} batch */
    async function put(batch) {
      const { FailedRecordCount, Records } = await client.send(
        new PutRecordsCommand({ StreamName: 'bench', Records: batch })
      )
      if (FailedRecordCount) await put(batch.filter((_, index) => Records[index].ErrorCode !== undefined))
    }

    function cut() {
      const sent = put(records).finally(() => inFlight.delete(sent))
      inFlight.add(sent)
      records = []
    }

    return {
      log({ line }) {
        records.push({ Data: Buffer.from(line), PartitionKey: 'web-01' })
        if (records.length === KINESIS_BATCH) cut()
        return inFlight.size < KINESIS_CONCURRENCY
      },
      room: () => Promise.race(inFlight),
      async end() {
        if (records.length > 0) cut()
        await Promise.all(inFlight)
      }
    }
  }
}
