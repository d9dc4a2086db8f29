// What an application does to its loggers while it runs, with packages from tarballs.
// argv[2]: 'worker' or 'in-process'. Prints one line of JSON: for each scenario the numbers that arrived and what is in the books.
import { once } from 'node:events'
import { createLocalDis } from '@dis-logs/local'
import winston from 'winston'
import { DisTransport } from 'winston-dis'

const worker = process.argv[2] !== 'in-process'
const seen = {}

/** A console that shows nothing, so that a logger is never without a transport. */
const quiet = () => new winston.transports.Console({ silent: true })

const numbers = async (server) =>
  (await server.records('app-logs')).map(({ data }) => JSON.parse(data).n).sort((a, b) => a - b)

/** Plays one scenario against a service of its own. */
async function play(name, scenario) {
  const server = await createLocalDis({ port: 0, streams: [{ name: 'app-logs', partitions: 1 }] })
  const made = []
  const make = (more = {}) => {
    const dis = new DisTransport({
      endpoint: server.url,
      projectId: 'p',
      streamName: 'app-logs',
      credentials: { token: 'T' },
      batch: { lingerMs: 5 },
      worker,
      ...more
    })
    made.push(dis)
    return dis
  }
  await scenario(make)
  let written = 0
  let settled = 0
  for (const dis of made) {
    dis.close()
    await dis.flush()
    const stats = dis.stats()
    written += stats.written
    settled += stats.delivered + stats.rejected + stats.dropped + stats.spooled
  }
  seen[name] = { arrived: await numbers(server), written, settled }
  await server.close()
}

async function end(logger) {
  const finished = once(logger, 'finish')
  logger.end()
  await finished
}

await play('add', async (make) => {
  const logger = winston.createLogger({ transports: [quiet()] })
  logger.info('x', { n: 0 })
  logger.add(make())
  logger.info('x', { n: 1 })
  await end(logger)
})
await play('remove', async (make) => {
  const dis = make()
  const logger = winston.createLogger({ transports: [dis, quiet()] })
  logger.info('x', { n: 0 })
  logger.remove(dis)
  logger.info('x', { n: 1 })
  await end(logger)
})
await play('clear', async (make) => {
  const logger = winston.createLogger({ transports: [make(), quiet()] })
  logger.info('x', { n: 0 })
  logger.clear().add(quiet())
  logger.info('x', { n: 1 })
  await end(logger)
})
await play('configure', async (make) => {
  const logger = winston.createLogger({ transports: [make()] })
  logger.info('x', { n: 0 })
  const dis = make()
  logger.configure({ level: 'warn', transports: [dis] })
  logger.info('x', { n: 1 })
  logger.warn('x', { n: 2 })
  logger.configure({ level: 'info', transports: [dis] })
  logger.info('x', { n: 3 })
  await end(logger)
})
await play('several loggers', async (make) => {
  const dis = make()
  const [first, second] = [1, 2].map(() => winston.createLogger({ transports: [dis] }))
  first.info('x', { n: 0 })
  first.remove(dis)
  await new Promise((resolve) => setImmediate(resolve))
  second.info('x', { n: 1 })
  await end(second)
})
await play('child', async (make) => {
  const logger = winston.createLogger({ transports: [make()] })
  logger.child({ n: 0 }).info('x')
  await end(logger)
})
await play('silent', async (make) => {
  const dis = make()
  const logger = winston.createLogger({ transports: [dis] })
  dis.silent = true
  logger.info('x', { n: 0 })
  dis.silent = false
  logger.info('x', { n: 1 })
  await end(logger)
})
await play('level', async (make) => {
  const dis = make({ level: 'warn' })
  const logger = winston.createLogger({ level: 'debug', transports: [dis] })
  logger.info('x', { n: 0 })
  dis.level = 'debug'
  logger.debug('x', { n: 1 })
  await end(logger)
})
await play('exceptionHandlers', async (make) => {
  const dis = make()
  const logger = winston.createLogger({ transports: [quiet()], exceptionHandlers: [dis], exitOnError: false })
  const logged = once(dis, 'logged')
  setImmediate(() => {
    throw new Error('boom')
  })
  await logged
  logger.exceptions.unhandle()
})
await play('rejectionHandlers', async (make) => {
  const dis = make()
  const logger = winston.createLogger({ transports: [quiet()], rejectionHandlers: [dis], exitOnError: false })
  const logged = once(dis, 'logged')
  setImmediate(() => void Promise.reject(new Error('boom')))
  await logged
  logger.rejections.unhandle()
})
process.stdout.write(JSON.stringify(seen))
