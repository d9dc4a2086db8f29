/**
 * The service of the buffer cases: the script of a server process. It answers, hangs, or throttles one key, as it is told by
 * `POST /-/mode`. Requests that hang are answered when the mode changes.
 */
import { createServer } from 'node:http'
import { partitionOfKey } from '../partitions/keys.mjs'
import { STUCK_KEY } from './lines.mjs'

const PARTITIONS = 4

/** @typedef {'answer' | 'hang' | 'throttle'} Mode */

/** @type {Mode} */
let mode = 'answer'
/** @type {(() => void)[]} */
let hanging = []
/** A hash for each record would make the service slower than the producer. @type {Map<string, string>} */
const partitionIds = new Map()

/** @param {string} key */
function partitionIdOf(key) {
  let id = partitionIds.get(key)
  if (id === undefined) {
    id = `shardId-${String(partitionOfKey(key, PARTITIONS)).padStart(10, '0')}`
    partitionIds.set(key, id)
  }
  return id
}

/** @param {{ partition_key: string }[]} records */
function answerTo(records) {
  const answers = records.map(({ partition_key: key }) =>
    mode === 'throttle' && key === STUCK_KEY
      ? { error_code: 'DIS.4303', error_message: 'injected by the bench' }
      : { partition_id: partitionIdOf(key), sequence_number: '0' }
  )
  const failed = answers.filter((answer) => 'error_code' in answer).length
  return JSON.stringify({ failed_record_count: failed, records: answers })
}

const server = createServer((request, response) => {
  const chunks = []
  request.on('data', (chunk) => chunks.push(chunk))
  request.on('end', () => {
    const body = Buffer.concat(chunks).toString()
    if (request.url === '/-/mode') {
      mode = /** @type {Mode} */ (body)
      const waiting = hanging
      hanging = []
      for (const answer of waiting) answer()
      return response.end()
    }
    const answer = () => {
      response.setHeader('content-type', 'application/json')
      response.end(answerTo(JSON.parse(body).records))
    }
    if (mode === 'hang') hanging.push(answer)
    else answer()
  })
})
server.keepAliveTimeout = 120_000
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the service has no port')
  process.send?.({ url: `http://127.0.0.1:${address.port}` })
})
// The bench that started it has ended: so does the service.
process.on('disconnect', () => process.exit(0))
