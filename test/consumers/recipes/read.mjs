import { linesOf, readStream } from '@dis-logs/core/reader'

const stop = new AbortController()
process.once('SIGTERM', () => stop.abort())

for await (const record of readStream({ app: 'indexer', signal: stop.signal })) {
  for (const line of linesOf(record)) await index(JSON.parse(line))
}

async function index({ msg }) {
  console.log(msg)
}
