// One life of the soak's producer: logs at a rate, and tells what is settled. Killed at any moment.
import { createProducer } from '@dis-logs/core'

const { first, ending, rate, endpoint, dir, keys } = JSON.parse(process.argv[2])
const KEYS = 20
const TICK_MS = 20

const producer = createProducer({
  endpoint,
  projectId: 'p',
  streamName: 'soak',
  credentials: { accessKey: 'SOAK-ACCESS-KEY', secretKey: 'soak-secret-key' },
  partitionKey: 'key',
  ordered: true,
  aggregate: true,
  batch: { lingerMs: 50 },
  retry: { baseMs: 20, maxMs: 500 },
  requestTimeoutMs: 1_500,
  closeTimeoutMs: 120_000,
  buffer: { maxBytes: 1_048_576 },
  spool: { dir: `${dir}/spool`, mode: 'always' },
  deadLetter: `${dir}/dead.ndjson`
})
producer.on('warning', ({ code, message }) => {
  if (code === 'SPOOL_DAMAGED') process.send({ damaged: Number.parseInt(message, 10) || 1 })
  else if (code.startsWith('SPOOL') || code === 'BUG') process.send({ warning: `${code}: ${message}` })
})

if (ending) {
  await producer.close()
  process.disconnect()
} else {
  let n = first
  for (;;) {
    for (let line = 0; line < (rate * TICK_MS) / 1_000; line++) {
      producer.write(
        JSON.stringify({ n, key: `${keys}-${n % KEYS}`, msg: 'a line of the soak', pad: 'x'.repeat(n % 300) })
      )
      n++
    }
    await producer.flush()
    process.send({ settled: n, rss: process.memoryUsage.rss() })
    await new Promise((resolve) => setTimeout(resolve, TICK_MS))
  }
}
