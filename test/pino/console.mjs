// The recipe of the README: DIS beside the console. argv[2]: { options, lines, pretty, waits, pad } as JSON. Ends when it is told to.
import { once } from 'node:events'
import { pino } from 'pino'
import { disOptions, flushOf, statsOf } from 'pino-dis'
import pinoPretty from 'pino-pretty'

const { options, lines, pretty = false, waits = false, pad } = JSON.parse(process.argv[2])

const dis = pino.transport({ target: 'pino-dis', options: disOptions(options) })
const logger = pino(
  { level: 'debug' },
  pino.multistream([
    { level: 'info', stream: dis },
    { level: 'debug', stream: pretty ? pinoPretty({ sync: true, colorize: false }) : pino.destination(1) }
  ])
)
dis.on('dis:dropped', (event) => process.connected && process.send({ dropped: event }))

const orders = {
  /** Ends by itself. */
  leave: () => process.disconnect(),
  async flush() {
    process.send({ report: await flushOf(dis), stats: await statsOf(dis) })
  },
  exit: () => process.exit(0)
}
process.on('message', (order) => orders[order]())

for (let n = 0; n < lines; n++) {
  logger.debug({ n }, 'for the console alone')
  logger.info({ n, pad }, 'for both')
  if (waits && dis.writableNeedDrain) await once(dis, 'drain')
}
process.send({ logged: lines })
