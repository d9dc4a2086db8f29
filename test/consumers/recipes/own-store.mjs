import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { linesOf, readStream } from '@dis-logs/core/reader'

const stop = new AbortController()
process.once('SIGTERM', () => stop.abort())

const FILE = process.env.PLACES ?? 'places.json'
const places = existsSync(FILE) ? JSON.parse(readFileSync(FILE, 'utf8')) : {}
const checkpoints = {
  load: (partitionId) => places[partitionId],
  save(partitionId, sequenceNumber) {
    places[partitionId] = sequenceNumber
    writeFileSync(`${FILE}.new`, JSON.stringify(places))
    renameSync(`${FILE}.new`, FILE)
  }
}
for await (const record of readStream({ checkpoints, signal: stop.signal })) {
  for (const line of linesOf(record)) console.log(JSON.parse(line).msg)
}
