/** Requests to a local DIS at an even pace, over a few connections. */
import { Agent, request } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'

const CONNECTIONS = 4
const BODIES = 16

/**
 * Bodies of SendRecords, made before anything is measured.
 * @param {{ records: number, bytes: number, keys: number }} shape
 * @returns {Buffer[]}
 */
export function bodiesOf({ records, bytes, keys }) {
  let line = 0
  return Array.from({ length: BODIES }, () => {
    const list = Array.from({ length: records }, () => {
      const number = line++
      const head = JSON.stringify({
        level: 30,
        time: 1_700_000_000_000 + number,
        msg: 'order accepted',
        number
      })
      const text = `${head.slice(0, -1)},"pad":"${'x'.repeat(Math.max(0, bytes - head.length - 9))}"}`
      return { data: Buffer.from(text).toString('base64'), partition_key: `key-${number % keys}` }
    })
    return Buffer.from(JSON.stringify({ stream_name: 'app-logs', records: list }))
  })
}

/**
 * @param {string} url
 * @param {Buffer[]} bodies
 * @param {number} ms how long
 * @param {number} perSecond requests
 * @returns {Promise<number>} requests that were answered in that time
 */
export async function load(url, bodies, ms, perSecond) {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })
  const startedAt = performance.now()
  const endsAt = startedAt + ms
  let answered = 0
  const connection = async (/** @type {number} */ first) => {
    for (let turn = first; ; turn += CONNECTIONS) {
      const waitMs = startedAt + (turn * 1_000) / perSecond - performance.now()
      if (waitMs > 0) await pause(waitMs)
      if (performance.now() >= endsAt) return
      await send(`${url}/v2/p/records`, bodies[turn % bodies.length] ?? Buffer.alloc(0), agent)
      answered++
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, (_, at) => connection(at)))
  agent.destroy()
  return answered
}

/**
 * @param {string} url
 * @param {Buffer} body
 * @param {Agent} agent
 * @returns {Promise<void>}
 */
function send(url, body, agent) {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': body.length }
    request(url, { method: 'POST', agent, headers }, (answer) => {
      if (answer.statusCode !== 200) reject(new Error(`status ${answer.statusCode}`))
      answer.resume().once('end', resolve)
    })
      .once('error', reject)
      .end(body)
  })
}
