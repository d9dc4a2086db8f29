import { linesOf, readStream } from '@dis-logs/core/reader'

const stop = new AbortController()
process.once('SIGTERM', () => stop.abort())

const reader = readStream({ app: 'billing', dedupe: true, signal: stop.signal })
for await (const record of reader) {
  for (const line of linesOf(record)) console.log(JSON.parse(line).msg)
}
console.error(reader.stats().repeats, 'lines had come before')
