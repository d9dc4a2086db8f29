import pino from 'pino'
import { disOptions, flushOf } from 'pino-dis'

const dis = pino.transport({
  target: 'pino-dis',
  // Lines that DIS refuses for good are appended to this file, each with the reason. Put it on a volume that outlives the container.
  options: disOptions({ deadLetter: process.env.DEAD_LETTERS ?? 'dead-letters.ndjson' })
})
dis.on('dis:rejected', ({ code, message, lines }) =>
  console.error(`${lines} lines refused, and kept: ${code} ${message}`)
)
const logger = pino(dis)

for (let order = 1; order <= 10; order++) logger.info({ order }, 'order received')
const { delivered, rejected } = await flushOf(dis)
console.log({ delivered, rejected })
