// A stream in the process of a measurement: it keeps nothing of what it gets.
import { createHash } from 'node:crypto'
import { assembleProducer } from '@dis-logs/core/testing'

const PARTITIONS = 8

/** A transport that throttles the records of one key, and can be told to answer nothing for a while. */
export class Stream {
  /** Key whose records are throttled. */
  throttledKey = ''
  /** Code for these records. */
  code = 'DIS.4303'
  /** From a request to its answer. */
  latencyMs = 0
  delivered = 0
  #isHeld = false
  #waiting = []

  /** Answers nothing until `release`. */
  hold() {
    this.#isHeld = true
  }

  release() {
    this.#isHeld = false
    for (const answer of this.#waiting.splice(0)) answer()
  }

  async send({ body }) {
    if (this.#isHeld) await new Promise((resolve) => this.#waiting.push(resolve))
    const { records } = JSON.parse(body.toString())
    const answers = records.map(({ partition_key: key = '' }) => {
      if (key !== '' && key === this.throttledKey) return { error_code: this.code, error_message: 'scripted' }
      this.delivered++
      return { partition_id: partitionOf(key), sequence_number: '1' }
    })
    const failed_record_count = answers.filter((answer) => 'error_code' in answer).length
    await new Promise((resolve) =>
      this.latencyMs === 0 ? setImmediate(resolve) : setTimeout(resolve, this.latencyMs)
    )
    const answer = JSON.stringify({ failed_record_count, records: answers })
    return { kind: 'answer', status: 200, headers: {}, body: Buffer.from(answer) }
  }

  async close() {}
}

function partitionOf(key) {
  return `shardId-${String((key.charCodeAt(key.length - 1) || 0) % PARTITIONS).padStart(10, '0')}`
}

/** A producer for that stream, on the machine's own clock. */
export function producerFor(stream, options, parts = {}) {
  return assembleProducer(
    {
      endpoint: 'http://127.0.0.1:1',
      projectId: 'p',
      streamName: 's',
      credentials: { token: 'T' },
      ...options
    },
    { transport: stream, env: {}, hostname: 'this-host', stderr: () => {}, ...parts }
  )
}

/** A key that looks like a UUID and is the same in every run. */
export function uuid(index) {
  return createHash('md5').update(`key ${index}`).digest('hex')
}

export function pause(ms = 0) {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** @throws Error after `timeoutMs` */
export async function until(condition, timeoutMs = 60_000) {
  const deadline = performance.now() + timeoutMs
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`it never came: ${condition}`)
    await pause(2)
  }
}
