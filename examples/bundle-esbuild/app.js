// Logs with both, from their worker threads.
import pino from 'pino'
import winston from 'winston'
import { DisTransport } from 'winston-dis'

const viaPino = pino(pino.transport({ target: 'pino-dis', options: {} }))
const viaWinston = winston.createLogger({ transports: [new DisTransport()] })

for (let n = 0; n < 50; n++) {
  viaPino.info({ via: 'pino', n }, 'order received')
  viaWinston.info({ via: 'winston', n, message: 'order received' })
}
// Nothing more to do: the process ends when all is sent.
