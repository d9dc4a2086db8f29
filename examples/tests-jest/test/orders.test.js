const { once } = require('node:events')
const { createLogger } = require('../src/logger.js')
const { acceptOrder } = require('../src/orders.js')
const { useLocalDis } = require('./local-dis.js')

const local = useLocalDis()
let dis
let logger

beforeEach(() => {
  const made = createLogger(local.options)
  dis = made.dis
  logger = made.logger
})
afterEach(async () => {
  logger.end()
  await once(logger, 'finish')
})

test('an accepted order is logged under the key of its tenant, without the card', async () => {
  acceptOrder(logger, { tenant: 'anna', card: '4000' })
  await dis.flush()
  expect(await local.arrived()).toEqual([
    { key: 'anna', line: { level: 'info', message: 'order accepted', tenant: 'anna' } }
  ])
})

test('no order is missing when the service first takes only every other record', async () => {
  await local.dis.faults.add({ kind: 'throttle', recordProbability: 0.5, times: 1 })
  for (let n = 0; n < 50; n++) acceptOrder(logger, { tenant: `tenant-${n}` })
  await dis.flush()
  const tenants = (await local.arrived()).map(({ key }) => key)
  expect(new Set(tenants).size).toBe(50)
  expect(dis.stats()).toMatchObject({ delivered: 50, dropped: 0 })
})

test('the application is told when the service refuses a line', async () => {
  await local.dis.faults.add({ kind: 'error', status: 400, code: 'DIS.4301' })
  const refused = once(dis, 'rejected')
  acceptOrder(logger, { tenant: 'anna' })
  expect(await refused).toMatchObject([{ code: 'DIS.4301', lines: 1 }])
})
