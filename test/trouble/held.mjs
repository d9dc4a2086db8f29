// Memory that is really held, in a process of its own: node --expose-gc held.mjs <scenario>
import { once } from 'node:events'
import { MemoryDisk } from '@dis-logs/core/testing'
import { pause, producerFor, Stream, until, uuid } from './stream.mjs'

const MIB = 1_048_576

/** Heap, and memory outside of it (which contains the array buffers), in bytes. */
async function held() {
  for (let round = 0; round < 3; round++) {
    globalThis.gc()
    await pause(20)
  }
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

async function write(producer, line) {
  if (!producer.write(line)) await once(producer, 'drain')
}

const padded = (key, index, bytes) => {
  const head = `{"k":"${key}","n":${index},"msg":"`
  return `${head}${'x'.repeat(Math.max(0, bytes - head.length - 2))}"}`
}

const scenarios = {
  /** One key is throttled, or fails, for good; its lines stand between those of many others. */
  async 'stuck-key'({ maxBytes, lines, code }) {
    const stream = new Stream()
    const producer = producerFor(stream, {
      partitionKey: 'k',
      buffer: { maxBytes, onFull: 'block' },
      retry: { maxAttempts: 1_000 }
    })
    for (let n = 0; n < 2_000; n++) await write(producer, padded(`key ${n % 50}`, n, 500))
    await until(() => producer.stats().buffered === 0)
    const before = await held()
    stream.throttledKey = 'stuck'
    stream.code = code
    const growth = []
    for (let n = 0; n < lines; n++) {
      await write(producer, padded(n % 800 === 0 ? 'stuck' : `key ${n % 50}`, n, 500))
      if (n % 100 === 0) await pause()
      if (n % (lines / 5) === lines / 5 - 1) growth.push((await held()) - before)
    }
    const stuck = Math.ceil(lines / 800)
    await until(() => producer.stats().buffered <= stuck)
    const { buffered, bufferedBytes } = producer.stats()
    const full = (await held()) - before
    stream.throttledKey = ''
    await producer.close({ timeoutMs: 30_000 })
    const after = (await held()) - before
    return {
      stuck,
      buffered,
      bufferedBytes,
      growth,
      full,
      after,
      delivered: stream.delivered - 2_000,
      stats: producer.stats()
    }
  },

  /** Keys that come once each, on long lines: what of the lines stays alive when all are delivered? */
  async 'long-lines'({ keys, bytes, form }) {
    const stream = new Stream()
    const producer = producerFor(stream, {
      partitionKey: form === 'function' ? (line) => line.slice(6, 38) : 'k'
    })
    const warm = padded('warm', 0, bytes)
    for (let n = 0; n < 20; n++) await write(producer, warm)
    await producer.flush()
    const before = await held()
    for (let n = 0; n < keys; n++) {
      const line = padded(uuid(n), n, bytes)
      // As a reader of pipes has it: lines are slices of what was read at once.
      if (form === 'slice of a text') {
        const chunk = Buffer.from(`${'y'.repeat(bytes * 4)}\n${line}\n`).toString('latin1')
        await write(producer, chunk.split('\n')[1])
      } else if (form === 'slice of bytes') {
        const chunk = Buffer.from(`${'y'.repeat(bytes * 4)}\n${line}`)
        await write(producer, chunk.subarray(bytes * 4 + 1))
      } else await write(producer, Buffer.from(line).toString('latin1'))
      if (n % 20 === 0) await producer.flush()
    }
    await producer.flush()
    return { after: (await held()) - before, delivered: stream.delivered - 20, stats: producer.stats() }
  },

  /** Long lines that wait for a disk that fails: what of them is alive besides their bytes? */
  async 'failing-disk'({ keys, bytes }) {
    const disk = new MemoryDisk()
    const stream = new Stream()
    stream.hold()
    const options = { partitionKey: 'k', spool: { dir: disk.dir, mode: 'always' } }
    const producer = producerFor(stream, options, { disk: disk.process() })
    await pause(200)
    disk.failAt({ operation: 'write', nth: 1, code: 'ENOSPC', isLasting: true })
    const heap = async () => (await held()) - process.memoryUsage().external
    const before = await heap()
    for (let n = 0; n < keys; n++) {
      producer.write(Buffer.from(padded(uuid(n), n, bytes)).toString('latin1'))
      if (n % 20 === 0) await pause()
    }
    return { after: (await heap()) - before, stats: producer.stats() }
  },

  /** A full buffer of lines that nobody takes, then all is taken; several times. */
  async 'full-buffer'({ maxBytes, bytes, keys, rounds, options }) {
    const stream = new Stream()
    const producer = producerFor(stream, {
      partitionKey: 'k',
      buffer: { maxBytes, onFull: 'dropNewest' },
      ...options
    })
    let n = 0
    const line = () => {
      n++
      return padded(keys === 1 ? 'one' : uuid(keys === 0 ? n : n % keys), n, bytes)
    }
    // Until as many requests as allowed are in flight at once.
    for (let index = 0; index < 8_000; index++) await write(producer, line())
    await producer.flush()
    const before = await held()
    const full = []
    const after = []
    for (let round = 0; round < rounds; round++) {
      stream.hold()
      const { dropped } = producer.stats()
      while (producer.stats().dropped === dropped) {
        for (let index = 0; index < 1_000; index++) producer.write(line())
        await pause()
      }
      await pause(300)
      full.push((await held()) - before)
      stream.release()
      await until(() => producer.stats().buffered === 0)
      after.push((await held()) - before)
    }
    return { full, after, delivered: stream.delivered, stats: producer.stats() }
  }
}

const { name, ...parameters } = JSON.parse(process.argv[2])
const result = await scenarios[name](parameters)
const toMib = (value) => (Array.isArray(value) ? value.map(toMib) : Math.round((value / MIB) * 10) / 10)
for (const field of ['full', 'after', 'growth']) {
  if (field in result) result[`${field}Mib`] = toMib(result[field])
}
process.send(result)
process.disconnect()
