// Logs with both, in this thread: one file is enough. They take more of its time, and options may be functions.
import pino from 'pino'
import { disStream } from 'pino-dis'
import winston from 'winston'
import { DisTransport } from 'winston-dis'

const viaPino = pino(disStream({}))
const viaWinston = winston.createLogger({ transports: [new DisTransport({ worker: false })] })

for (let n = 0; n < 50; n++) {
  viaPino.info({ via: 'pino', n }, 'order received')
  viaWinston.info({ via: 'winston', n, message: 'order received' })
}
// Nothing more to do: the process ends when all is sent.
