import { linesOf, readStream } from '@dis-logs/core/reader'

const stop = new AbortController()
process.once('SIGTERM', () => stop.abort())

const reader = readStream({ app: 'warehouse', checkpointMs: null, signal: stop.signal })
let batch = []
for await (const record of reader) {
  batch.push(...linesOf(record))
  if (batch.length < 1_000) continue
  await insert(batch)
  await reader.checkpoint()
  batch = []
}
await insert(batch)
await reader.checkpoint()

async function insert(lines) {
  for (const line of lines) console.log(JSON.parse(line).msg)
}
