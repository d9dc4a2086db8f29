// `pnpm demo --open`: what a shop logs, at a pace that a person can follow, until Ctrl+C.
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import pino from 'pino'
import { flushOf } from 'pino-dis'

const MESSAGES = [
  ['info', 'order accepted'],
  ['info', 'payment captured'],
  ['info', 'parcel handed over'],
  ['debug', 'stock looked up'],
  ['warn', 'payment is slow'],
  ['error', 'payment refused']
]
/** How often each of them comes. */
const WEIGHTS = [8, 6, 5, 5, 1, 0.3]

/** Logs until somebody ends it; resolves when everything is delivered. */
export async function stayOpen(local, environment, tenants) {
  const transport = pino.transport({
    target: 'pino-dis',
    options: {
      endpoint: environment.DIS_ENDPOINT,
      projectId: environment.DIS_PROJECT_ID,
      streamName: environment.DIS_STREAM_NAME,
      credentials: {
        accessKey: environment.HUAWEICLOUD_SDK_AK,
        secretKey: environment.HUAWEICLOUD_SDK_SK
      },
      partitionKey: 'tenant'
    }
  })
  const logger = pino({ level: 'debug' }, transport)
  const ended = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => ended.abort())
  console.log(
    `\nIt stays open: ${local.viewerUrl}\nSwitch a fault on there, and see how nothing is lost. Ctrl+C ends it.`
  )
  for (let order = 1; !ended.signal.aborted; order++) {
    // Waves of half a minute, between 5 and 85 lines a second; the first customer buys more than the others.
    const perSecond = 45 + 40 * Math.sin((performance.now() / 30_000) * 2 * Math.PI)
    const tenant = tenants[Math.floor(tenants.length * Math.random() ** 2)]
    const [level, message] = pick(MESSAGES, WEIGHTS)
    logger[level]({ tenant, order, ms: Math.round(5 + 60 * Math.random() ** 3) }, message)
    await sleep(1_000 / perSecond, undefined, { signal: ended.signal }).catch(() => {})
  }
  await flushOf(transport)
  transport.end()
  await once(transport, 'close')
}

function pick(values, weights) {
  let left = Math.random() * weights.reduce((sum, weight) => sum + weight, 0)
  for (const [index, value] of values.entries()) {
    left -= weights[index]
    if (left < 0) return value
  }
  return values[0]
}
