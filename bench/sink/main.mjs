/**
 * The sink: one process that every case sends to. It answers each peer's protocol as the service would when
 * all is well, as fast as it can, and counts lines. It decodes nothing that it need not, because it runs on
 * the same cores as what is measured.
 */
import { createServer } from 'node:http'
import { Histogram } from '../measure/histogram.mjs'
import { answerTo } from './protocols.mjs'
import { sentTimes } from './sent-times.mjs'

let lines = 0
let bytes = 0
let requests = 0
/** Milliseconds since 1970 with fractions: comparable with the clock of the case's process. */
let lastAt = 0
/**
 * What the case says about itself: whether its records hold several lines, and whether its lines say when they were logged. Of those
 * that were logged in this time the delays are kept.
 * @type {{ aggregated?: boolean, timed?: { from: number, until: number } }}
 */
let sender = {}
/** From the log call until the answer, in ms. */
let delays = new Histogram()

const server = createServer((request, response) => {
  const chunks = []
  request.on('data', (chunk) => chunks.push(chunk))
  request.on('end', () => {
    const body = chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)
    const { url = '/' } = request
    if (url.startsWith('/-/')) return control(url, body, response)
    const answer = answerTo(request.method ?? '', url, request.headers, body, sender)
    lines += answer.lines
    bytes += body.length
    requests++
    if (answer.lines > 0) lastAt = performance.timeOrigin + performance.now()
    response.writeHead(answer.status, { 'content-length': Buffer.byteLength(answer.body), ...answer.headers })
    response.end(answer.body)
    if (sender.timed !== undefined) keepDelays(sender.timed, request.headers, body)
  })
})
// Clients of a bench may keep a connection idle between two phases; closing it under them is another bench.
server.keepAliveTimeout = 120_000

/**
 * Our own two calls, outside every protocol.
 * @param {string} url
 * @param {Buffer} body
 * @param {import('node:http').ServerResponse} response
 */
function control(url, body, response) {
  if (url === '/-/reset') {
    lines = bytes = requests = lastAt = 0
    delays = new Histogram()
    sender = JSON.parse(body.toString() || '{}')
  }
  response.end(JSON.stringify({ lines, bytes, requests, lastAt, delays }))
}

/**
 * @param {{ from: number, until: number }} timed
 * @param {import('node:http').IncomingHttpHeaders} headers
 * @param {Buffer} body
 */
function keepDelays({ from, until }, headers, body) {
  // The answer has been written just now; what follows is no part of the delay.
  const answeredAt = performance.timeOrigin + performance.now()
  for (const sentAt of sentTimes(headers, body)) {
    if (sentAt >= from && sentAt < until) delays.add(answeredAt - sentAt)
  }
}

server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the sink has no port')
  process.send?.({ url: `http://127.0.0.1:${address.port}` })
})
// The bench that started it has ended: so does the sink.
process.on('disconnect', () => process.exit(0))
