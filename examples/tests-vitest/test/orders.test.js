import { once } from 'node:events'
import { flushOf, statsOf } from 'pino-dis'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createLogger } from '../src/logger.js'
import { acceptOrder } from '../src/orders.js'
import { useLocalDis } from './local-dis.js'

const local = useLocalDis()
let dis
let logger

beforeEach(() => {
  const made = createLogger(local.options)
  dis = made.dis
  logger = made.logger
})
afterEach(async () => {
  dis.end()
  await once(dis, 'close')
})

test('an accepted order is logged under the key of its tenant, without the card', async () => {
  acceptOrder(logger, { tenant: 'anna', card: '4000' })
  await flushOf(dis)
  expect(await local.arrived()).toEqual([
    { key: 'anna', line: expect.objectContaining({ msg: 'order accepted', card: '[Redacted]' }) }
  ])
})

test('no order is missing when the service first takes only every other record', async () => {
  await local.dis.faults.add({ kind: 'throttle', recordProbability: 0.5, times: 1 })
  for (let n = 0; n < 50; n++) acceptOrder(logger, { tenant: `tenant-${n}` })
  await flushOf(dis)
  const tenants = (await local.arrived()).map(({ key }) => key)
  expect(new Set(tenants).size).toBe(50)
  expect(await statsOf(dis)).toMatchObject({ delivered: 50, dropped: 0 })
})

test('the application is told when the service refuses a line', async () => {
  await local.dis.faults.add({ kind: 'error', status: 400, code: 'DIS.4301' })
  const refused = once(dis, 'dis:rejected')
  acceptOrder(logger, { tenant: 'anna' })
  expect(await refused).toMatchObject([{ code: 'DIS.4301', lines: 1 }])
})
