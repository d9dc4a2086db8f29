// `pnpm demo`: two real apps under load log to a local DIS with its limits on; then everything is read back. With --open the page of
// the local DIS stays there, and something goes on happening in it.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { createLocalDis } from '@dis-logs/local'
import autocannon from 'autocannon'
import { readBack } from './read-back.mjs'
import { printReport } from './report.mjs'
import { stayOpen } from './stay-open.mjs'

const SECONDS = Number(process.env.DEMO_SECONDS ?? 5)
// Four for each of three partitions, by the hash of the name: no partition is hotter than the others.
const TENANTS = [
  ...['anna', 'cora', 'dora', 'lena'],
  ...['greta', 'mia', 'nils', 'oda'],
  ...['ben', 'emil', 'finn', 'hugo']
]
// Two lines a request and one: together about 1.2 times what three partitions take (1,000 records/s each), so that throttling happens.
const REQUESTS_PER_SECOND = { fastify: 1_000, express: 1_600 }

const local = await createLocalDis({ port: 0, streams: [{ name: 'app-logs', partitions: 3 }], limits: true })
console.log(`local DIS   ${local.url}  stream app-logs, 3 partitions of 1,000 records/s`)
console.log(`see it      ${local.viewerUrl}`)

const environment = {
  DIS_ENDPOINT: local.url,
  DIS_PROJECT_ID: '0123456789abcdef0123456789abcdef',
  DIS_STREAM_NAME: 'app-logs',
  HUAWEICLOUD_SDK_AK: 'DEMO-ACCESS-KEY',
  HUAWEICLOUD_SDK_SK: 'demo-secret-key'
}

const apps = await Promise.all(Object.keys(REQUESTS_PER_SECOND).map(startApp))
const startedAt = performance.now()
console.log(`load        ${SECONDS} s of HTTP requests to a Fastify app (pino) and an Express app (winston)`)
const loads = await Promise.all(apps.map(({ name, port }) => load(name, port)))
const loadedMs = performance.now() - startedAt
console.log('leaving     SIGTERM to both apps; they flush what they hold')
const results = await Promise.all(apps.map(stop))
const flushedMs = performance.now() - startedAt

const records = await readBack(environment)

const complete = printReport({
  apps: apps.map(({ name }) => name),
  loads,
  results,
  records,
  loadedMs,
  flushedMs
})
process.exitCode = complete ? 0 : 1
if (process.argv.includes('--open')) await stayOpen(local, environment, TENANTS)
await local.close()

async function startApp(name) {
  const path = fileURLToPath(new URL(`./${name}.mjs`, import.meta.url))
  const child = fork(path, { env: { ...process.env, ...environment, PORT: '0', NODE_ENV: 'production' } })
  const [message] = await once(child, 'message')
  console.log(`${name.padEnd(12)}http://127.0.0.1:${message.port}`)
  return { name, child, port: message.port }
}

async function load(name, port) {
  return autocannon({
    url: `http://127.0.0.1:${port}`,
    connections: 10,
    duration: SECONDS,
    overallRate: REQUESTS_PER_SECOND[name],
    requests: TENANTS.map((tenant) => ({ method: 'POST', path: `/orders/${tenant}` }))
  })
}

/** Ends an app by its documented handler and gives what it says it logged. */
async function stop({ name, child }) {
  const done = once(child, 'message')
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  const [message] = await Promise.race([done, exited.then(() => [undefined])])
  await exited
  if (message === undefined) throw new Error(`${name} ended without saying what it logged`)
  return message
}
