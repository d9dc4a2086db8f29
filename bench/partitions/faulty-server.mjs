/**
 * A stream with one partition that takes nothing: the script of a server process. The local DIS chooses failing records by
 * their data or by chance, and a record without a key gets its partition only there. This server has no limits, no
 * signatures and no storage: it routes, fails what the one partition gets, and counts.
 */
import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { job } from '../measure/child.mjs'
import { partitionOfKey } from './keys.mjs'

/** @typedef {{ partitions: number, failing: number, code: string, latencyMs: number }} FaultyStream `failing` is an index */
/** @typedef {{ accepted: number[], turnedAway: number }} FaultyCounts records; `accepted` by partition */

/** @type {FaultyStream} */
const { partitions, failing, code, latencyMs } = job()
/** @type {FaultyCounts} */
const counts = { accepted: Array.from({ length: partitions }, () => 0), turnedAway: 0 }
let turn = 0

/** @param {{ partition_key?: string }} record */
function answerTo({ partition_key: key }) {
  // Records without a key take turns, as in the local DIS.
  const partition = key === undefined ? turn++ % partitions : partitionOfKey(key, partitions)
  if (partition === failing) {
    counts.turnedAway++
    return { error_code: code, error_message: 'injected by the bench' }
  }
  counts.accepted[partition]++
  return { partition_id: `shardId-${String(partition).padStart(10, '0')}`, sequence_number: '0' }
}

const server = createServer((request, response) => {
  const chunks = []
  request.on('data', (chunk) => chunks.push(chunk))
  request.on('end', async () => {
    response.setHeader('content-type', 'application/json')
    if (request.url === '/-/counts') return response.end(JSON.stringify(counts))
    const { records } = JSON.parse(Buffer.concat(chunks).toString())
    await sleep(latencyMs)
    const answers = records.map(answerTo)
    const failed = answers.filter((answer) => 'error_code' in answer).length
    response.end(JSON.stringify({ failed_record_count: failed, records: answers }))
  })
})
server.keepAliveTimeout = 120_000
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  process.send?.({ url: `http://127.0.0.1:${address.port}` })
})
// The bench that started it has ended: so does the server.
process.on('disconnect', () => process.exit(0))
